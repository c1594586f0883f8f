/**
 * Which addresses a token may be sent to.
 *
 * @module
 */

/**
 * Whether a URL's host is this machine.
 *
 * @param url The URL
 * @returns `true` for `localhost`, its subdomains, `127.0.0.0/8` and `::1`
 */
export function isLoopback(url: URL): boolean {
  const { hostname } = url;
  return hostname === "localhost" || hostname.endsWith(".localhost") ||
    hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/**
 * Whether a secret may travel to a URL: over https, or plain http that does
 * not leave this machine.
 *
 * @param url The URL
 * @returns `true` when it may
 */
export function isSecure(url: URL): boolean {
  return url.protocol === "https:" ||
    url.protocol === "http:" && isLoopback(url);
}
