/**
 * Which URLs PyPI takes for `Home-page`, `Download-URL` and `Project-URL`.
 *
 * It is lenient: what a URI may not hold is percent-encoded before the check,
 * and an authority that can't be read is passed over.
 *
 * @module
 */

const PARTS =
  /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^\\/?#]*))?([^?#]*)(?:\?([^#]*))?/;
const HIGHEST_PORT = 65535;

/**
 * Why PyPI takes no such URL.
 *
 * @param url The URL
 * @returns A clause without capital and period, or `null` if it is taken
 */
export function findUriProblem(url: string): string | null {
  const [, scheme = "", authority = "", path = "", query = ""] = PARTS.exec(
    url,
  )!;
  if (scheme === "") return "it has no scheme such as https://";
  if (!["http", "https"].includes(scheme.toLowerCase())) {
    return `its scheme is ${scheme}, not http or https`;
  }
  if (/[[\]]/.test(path)) return "its path has a square bracket";
  if (/[[\]]/.test(query)) return "its query has a square bracket";
  if (portOf(authority) > HIGHEST_PORT) return "its port is above 65535";
  return null;
}

const AUTHORITY =
  /^(?:(?:[\w.~\-!$&'()*+,;=:]|%[\da-fA-F]{2})+@)?((?:[\w.~\-!$&'()*+,;=]|%[\da-fA-F]{2})*):?(\d{1,5})?$/;

function portOf(authority: string): number {
  const match = AUTHORITY.exec(authority);
  if (!match) return 0;
  const [, host = "", port = "0"] = match;
  const octets = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) ? host.split(".") : [];
  return octets.some((octet) => Number(octet) > 255) ? 0 : Number(port);
}
