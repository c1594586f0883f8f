/**
 * Which values PyPI takes for `Author-email` and `Maintainer-email`.
 *
 * PyPI checks a value only if Python's `email.utils.parseaddr` finds exactly
 * one address in it, and then by the package `email-validator`. Where either
 * of them has a rule that is not told here (groups, routes, quoted local parts,
 * the finer points of internationalized names), the value passes.
 *
 * @module
 */

import { pythonRepr } from "../python_repr.ts";

/** An address that PyPI refuses. */
export interface EmailProblem {
  /** The address, as found in the value. */
  readonly address: string;
  /** PyPI's reason: a sentence. */
  readonly reason: string;
}

/**
 * Judges the value of an e-mail field.
 *
 * @param value Such as `Jo Doe <jo@example.org>`
 * @returns What PyPI says against it, or `null`
 */
export function findEmailProblem(value: string): EmailProblem | null {
  const address = soleAddress(value);
  if (address === null) return null;
  const reason = findAddressProblem(address);
  return reason === null ? null : { address, reason };
}

function soleAddress(value: string): string | null {
  const text = withoutComments(value)?.trim();
  if (text === undefined) return null;
  const named = /^[^<>,:;@[\]\\"]*<([^<>,:;[\]\\"]*)>$/.exec(
    text.replaceAll(/"[^"\\]*"(?=.*<)/g, ""),
  );
  // What starts with "@" is a route, not an address.
  const inside = named?.[1]?.trim();
  if (inside !== undefined) {
    return inside.startsWith("@") ? null : addressOf(inside);
  }
  if (/[<>,:;[\]\\"]/.test(text)) return null;
  return text.includes("@") ? addressOf(text) : text.split(/\s/)[0] || null;
}

function withoutComments(value: string): string | null {
  let text = "";
  let depth = 0;
  let quoted = false;
  for (const char of value) {
    if (char === '"' && depth === 0) quoted = !quoted;
    if (!quoted && char === "(") depth++;
    else if (!quoted && char === ")") {
      if (--depth < 0) return null;
    } else if (depth === 0) text += char;
  }
  return depth === 0 && !quoted ? text : null;
}

function addressOf(text: string): string | null {
  if (text === "") return null;
  const [local = "", domain, ...more] = text.split("@");
  if (domain === undefined) return text;
  if (more.length > 0 || /[\r\n]/.test(domain)) return null;
  const joined = domain.replaceAll(/[ \t]/g, "");
  if (joined === "") return null;
  return `${local.trim().replaceAll(/\s*\.\s*/g, ".")}@${joined}`;
}

const MAX_ADDRESS_BYTES = 254;
const MAX_DOMAIN_LENGTH = 253;
const MAX_LABEL_LENGTH = 63;

/** Names that RFC 6761 and its kin reserve, as `email-validator` has them. */
const RESERVED_DOMAINS = [
  "arpa",
  "invalid",
  "local",
  "localhost",
  "onion",
  "test",
];

function findAddressProblem(address: string): string | null {
  const at = address.lastIndexOf("@");
  if (at < 0) return "An email address must have an @-sign.";
  return findLocalPartProblem(address.slice(0, at)) ??
    findDomainProblem(address.slice(at + 1)) ??
    findLengthProblem(address);
}

function findLocalPartProblem(local: string): string | null {
  if (local === "") return "There must be something before the @-sign.";
  const bad = badCharacters(
    local,
    /[\w!#$%&'*+\-/=?^`{|}~.\u0080-\u{10ffff}]/u,
  );
  if (bad !== "") {
    return `The email address contains invalid characters before the @-sign: ${bad}.`;
  }
  return findDotProblem(
    local,
    (what) => `An email address cannot start with a ${what}.`,
    (what) =>
      `An email address cannot have a ${what} immediately before the @-sign.`,
  ) ?? findUnsafeProblem(local);
}

function findDomainProblem(domain: string): string | null {
  const bad = badCharacters(domain, /[a-zA-Z0-9\-.\u0080-\u{10ffff}]/u);
  if (bad !== "") {
    return `The part after the @-sign contains invalid characters: ${bad}.`;
  }
  const unsafe = findUnsafeProblem(domain);
  if (unsafe !== null) return unsafe;
  const name = domain.normalize("NFKC").toLowerCase();
  return findHostnameProblem(name) ?? findDeliveryProblem(name);
}

function findHostnameProblem(name: string): string | null {
  const atStart = (what: string) =>
    `An email address cannot have a ${what} immediately after the @-sign.`;
  const atEnd = (what: string) => `An email address cannot end with a ${what}.`;
  const dots = findDotProblem(name, atStart, atEnd);
  if (dots !== null) return dots;
  if (name.endsWith("-")) return atEnd("hyphen");
  if (name.startsWith("-")) return atStart("hyphen");
  if (/\.-|-\./.test(name)) {
    return "An email address cannot have a period and a hyphen next to each other.";
  }
  if (name.split(".").some((label) => /^(?!xn)..--/.test(label))) {
    return "An email address cannot have two letters followed by two dashes " +
      "immediately after the @-sign or after a period, except Punycode.";
  }
  return null;
}

function findDeliveryProblem(name: string): string | null {
  const ascii = !/[^\0-\x7f]/.test(name);
  if (ascii && name.length > MAX_DOMAIN_LENGTH) {
    return `The email address is too long after the @-sign ${
      tooMany(name.length - MAX_DOMAIN_LENGTH)
    }.`;
  }
  const long = ascii
    ? name.split(".").find(({ length }) => length > MAX_LABEL_LENGTH)
    : undefined;
  if (long !== undefined) {
    return "After the @-sign, periods cannot be separated by so many characters " +
      `${tooMany(long.length - MAX_LABEL_LENGTH)}.`;
  }
  const invalid = "The part after the @-sign is not valid. It ";
  if (!name.includes(".")) return `${invalid}should have a period.`;
  if (ascii && !/[a-z]$/.test(name)) {
    return `${invalid}is not within a valid top-level domain.`;
  }
  const reserved = RESERVED_DOMAINS.some((domain) =>
    name.endsWith(`.${domain}`)
  );
  return reserved
    ? "The part after the @-sign is a special-use or reserved name " +
      "that cannot be used with email."
    : null;
}

function findLengthProblem(address: string): string | null {
  const extra = new TextEncoder().encode(address).length - MAX_ADDRESS_BYTES;
  return extra > 0 ? `The email address is too long ${tooMany(extra)}.` : null;
}

function tooMany(count: number): string {
  return `(${count} character${count === 1 ? "" : "s"} too many)`;
}

function findDotProblem(
  text: string,
  atStart: (what: string) => string,
  atEnd: (what: string) => string,
): string | null {
  if (text.endsWith(".")) return atEnd("period");
  if (text.startsWith(".")) return atStart("period");
  return text.includes("..")
    ? "An email address cannot have two periods in a row."
    : null;
}

function findUnsafeProblem(text: string): string | null {
  const unsafe = /^\p{M}/u.test(text)
    ? text[0]!
    : badCharacters(text, /[\p{L}\p{N}\p{P}\p{S}\p{M}]/u);
  return unsafe === ""
    ? null
    : `The email address contains unsafe characters: ${unsafe}.`;
}

function badCharacters(text: string, allowed: RegExp): string {
  const bad = [...text].filter((char) => !allowed.test(char));
  return [...new Set(bad.map(displayed))].sort().join(", ");
}

function displayed(char: string): string {
  if (char === " ") return "SPACE";
  if (char === "\\") return '"\\"';
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(char)
    ? pythonRepr(char)
    : `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
}
