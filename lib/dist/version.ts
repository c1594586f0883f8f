/**
 * Versions and version specifiers, as
 * {@link https://packaging.python.org/en/latest/specifications/version-specifiers/ | PEP 440}
 * has them and as PyPI's `packaging` reads them.
 *
 * Numbers are compared as text: some projects put a timestamp in a version
 * that is longer than what a JavaScript number holds exactly.
 *
 * @module
 */

/** Longer text is no version. PyPI's longest have some 60 characters. */
const MAX_VERSION_LENGTH = 256;
const MAX_SPECIFIER_LENGTH = 8192;

const EPOCH_AND_RELEASE = String.raw`v?(?:(\d+)!)?(\d+(?:\.\d+)*)`;
const PRE = String.raw`(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?`;
const POST = String.raw`(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?`;
const DEV = String.raw`(?:[-_.]?(dev)[-_.]?(\d*))?`;
const LOCAL = String.raw`(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?`;

const VERSION = new RegExp(
  `^${EPOCH_AND_RELEASE}${PRE}${POST}${DEV}${LOCAL}$`,
  "i",
);

const PRE_LETTERS: Readonly<Record<string, string>> = {
  a: "a",
  alpha: "a",
  b: "b",
  beta: "b",
  c: "rc",
  rc: "rc",
  pre: "rc",
  preview: "rc",
};

/** Numbers are decimal digits without leading zeros; absent parts are `null`. */
interface Version {
  readonly epoch: string;
  readonly release: readonly string[];
  readonly pre: { readonly letter: string; readonly number: string } | null;
  readonly post: string | null;
  readonly dev: string | null;
  readonly local: readonly string[] | null;
}

function parseVersion(text: string): Version | null {
  if (text.length > MAX_VERSION_LENGTH) return null;
  const match = VERSION.exec(text.trim());
  if (!match) return null;
  const [, epoch, release, preLetter, pre, bare, postWord, post, dev, devN] =
    match;
  return {
    epoch: digits(epoch),
    release: release!.split(".").map(digits),
    pre: preLetter === undefined ? null : {
      letter: PRE_LETTERS[preLetter.toLowerCase()]!,
      number: digits(pre),
    },
    post: bare !== undefined
      ? digits(bare)
      : postWord !== undefined
      ? digits(post)
      : null,
    dev: dev === undefined ? null : digits(devN),
    local:
      match[10]?.toLowerCase().split(/[-_.]/).map((part) =>
        isNumber(part) ? digits(part) : part
      ) ?? null,
  };
}

function digits(text = ""): string {
  return text.replace(/^0+/, "") || "0";
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

/**
 * The canonical spelling of a version, as `str(packaging.version.Version(…))`
 * gives it. Zeros of the release are kept: `1.0.0` stays `1.0.0`.
 *
 * @param text A version in any spelling that PEP 440 allows
 * @returns The canonical spelling, or `null` if it is no PEP 440 version
 *
 * @example Normalize
 * ```ts
 * import { normalizeVersion } from "@releasio/cli/dist";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(normalizeVersion("v1.0-Alpha.1"), "1.0a1");
 * assertEquals(normalizeVersion("dog"), null);
 * ```
 */
export function normalizeVersion(text: string): string | null {
  const version = parseVersion(text);
  if (!version) return null;
  const { epoch, release, pre, post, dev, local } = version;
  return [
    epoch === "0" ? "" : `${epoch}!`,
    release.join("."),
    pre === null ? "" : `${pre.letter}${pre.number}`,
    post === null ? "" : `.post${post}`,
    dev === null ? "" : `.dev${dev}`,
    local === null ? "" : `+${local.join(".")}`,
  ].join("");
}

/**
 * Compares two versions by PEP 440: `1.0` and `1.0.0` are equal, `1.0rc1`
 * comes before `1.0`.
 *
 * @param a One version
 * @param b The other version
 * @returns Negative if `a` comes first, positive if `b` does, else 0
 * @throws {TypeError} If one of them is no PEP 440 version
 */
export function compareVersions(a: string, b: string): number {
  const left = parseOrThrow(a);
  const right = parseOrThrow(b);
  return compareNumbers(left.epoch, right.epoch) ||
    compareReleases(left.release, right.release) ||
    compareLists(suffixRank(left), suffixRank(right), comparePart) ||
    compareLocals(left.local, right.local);
}

/**
 * Whether a version is a pre-release or a development release.
 *
 * @param text A version
 * @returns `false` for final and post releases
 * @throws {TypeError} If it is no PEP 440 version
 */
export function isPrerelease(text: string): boolean {
  const { pre, dev } = parseOrThrow(text);
  return pre !== null || dev !== null;
}

/**
 * Whether a version is a development release, such as `1.0.dev3`.
 *
 * @param text A version
 * @returns `true` if it has a `.dev` part
 * @throws {TypeError} If it is no PEP 440 version
 */
export function isDevRelease(text: string): boolean {
  return parseOrThrow(text).dev !== null;
}

/**
 * Whether a version has a local part, such as `1.0+cpu`: PyPI takes none.
 *
 * @param text A version
 * @returns `true` if it has a `+` part
 * @throws {TypeError} If it is no PEP 440 version
 */
export function hasLocalVersion(text: string): boolean {
  return parseOrThrow(text).local !== null;
}

function parseOrThrow(text: string): Version {
  const version = parseVersion(text);
  if (!version) throw new TypeError(`Not a PEP 440 version: "${text}"`);
  return version;
}

function compareNumbers(a: string, b: string): number {
  return a.length - b.length || compareText(a, b);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareReleases(a: readonly string[], b: readonly string[]): number {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareNumbers(a[i] ?? "0", b[i] ?? "0");
    if (order !== 0) return order;
  }
  return 0;
}

type Part = readonly [rank: number, number: string];

// Ranks say where an absent part sorts: "1.0.dev1" before "1.0a1" before
// "1.0" before "1.0.post1", and within each of them ".dev" comes first.
function suffixRank({ pre, post, dev }: Version): Part[] {
  const preRank = pre !== null
    ? ["a", "b", "rc"].indexOf(pre.letter)
    : post === null && dev !== null
    ? -1
    : 3;
  return [
    [preRank, pre?.number ?? "0"],
    [post === null ? 0 : 1, post ?? "0"],
    [dev === null ? 1 : 0, dev ?? "0"],
  ];
}

function comparePart(a: Part, b: Part): number {
  return a[0] - b[0] || compareNumbers(a[1], b[1]);
}

function compareLocals(
  a: readonly string[] | null,
  b: readonly string[] | null,
): number {
  return compareLists(a ?? [], b ?? [], (left, right) => {
    const order = Number(isNumber(left)) - Number(isNumber(right));
    if (order !== 0) return order;
    return isNumber(left)
      ? compareNumbers(left, right)
      : compareText(left, right);
  });
}

function compareLists<T>(
  a: readonly T[],
  b: readonly T[],
  compare: (a: T, b: T) => number,
): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compare(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

const OPEN_RELEASE = String.raw`v?(?:\d+!)?\d+(?:\.\d+)*`;
const SPECIFIERS: readonly RegExp[] = [
  /^===\s*[^\s;)]*$/,
  new RegExp(
    String.raw`^[=!]=\s*${OPEN_RELEASE}(?:\.\*|${PRE}${POST}${DEV}${LOCAL})$`,
    "i",
  ),
  new RegExp(
    String.raw`^~=\s*v?(?:\d+!)?\d+(?:\.\d+)+${PRE}${POST}${DEV}$`,
    "i",
  ),
  new RegExp(String.raw`^[<>]=?\s*${OPEN_RELEASE}${PRE}${POST}${DEV}$`, "i"),
];

/**
 * Whether text is a set of version specifiers such as `>=3.9, !=3.10.*`, as
 * `Requires-Python` and requirements have them. The empty set is one.
 *
 * @param text Specifiers, separated by commas
 * @returns `true` if PyPI's `packaging` reads it
 */
export function isValidSpecifier(text: string): boolean {
  if (text.length > MAX_SPECIFIER_LENGTH) return false;
  return text.split(",").map((part) => part.trim()).filter(Boolean)
    .every((part) => SPECIFIERS.some((pattern) => pattern.test(part)));
}
