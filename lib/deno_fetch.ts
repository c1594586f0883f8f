/**
 * The real network, through Deno.
 *
 * @module
 */

import type { Context } from "./context.ts";
import { ReleasioError } from "./errors.ts";
import { isProtocolRefused } from "./network_error.ts";
import { isLoopback } from "./origin.ts";

/** The variables whose proxies Deno sends http requests to. */
const PROXIES = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/** The hosts of this machine, as `NO_PROXY` names them. */
const THIS_MACHINE = "127.0.0.0/8,localhost,::1";

/** A client as an option of `fetch`; without one, Deno's own is used. */
interface ClientOption {
  readonly client?: Deno.HttpClient;
}

/**
 * A `fetch` with the clients that publishing needs.
 *
 * Over TLS it speaks HTTP/1.1: with HTTP/2 all uploads would share one
 * connection, the few bytes that a server lets be on their way there, and its
 * end. An origin that speaks nothing else is spoken to in HTTP/2.
 *
 * @param env Reads an environment variable
 * @returns The function
 */
export function createFetch(env: Context["env"]): Context["fetch"] {
  let direct: ClientOption | undefined;
  let http1: Promise<ClientOption> | undefined;
  let http2: Promise<ClientOption> | undefined;
  const needsHttp2 = new Set<string>();
  return async (request) => {
    const url = new URL(request.url);
    if (url.protocol === "http:") {
      if (!isLoopback(url)) return await fetch(request);
      return await fetch(request, direct ??= openDirectClient(env));
    }
    if (!needsHttp2.has(url.origin)) {
      try {
        return await fetch(
          request,
          await (http1 ??= openTlsClient(env, false)),
        );
      } catch (error) {
        if (!isProtocolRefused(error)) throw error;
        needsHttp2.add(url.origin);
        // A body is made anew by whoever tries again.
        if (request.body !== null) throw error;
      }
    }
    return await fetch(request, await (http2 ??= openTlsClient(env, true)));
  };
}

/**
 * A client past every proxy: what is for this machine must not leave it, least
 * of all a token that travels in the clear.
 */
function openDirectClient(env: Context["env"]): ClientOption {
  if (!PROXIES.some(env)) return {};
  const names = ["NO_PROXY", "no_proxy"];
  try {
    const before = names.map((name) => [name, Deno.env.get(name)] as const);
    try {
      // Deno reads them when it opens a client, and takes no option instead.
      for (const name of names) Deno.env.set(name, THIS_MACHINE);
      return { client: Deno.createHttpClient({}) };
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) Deno.env.delete(name);
        else Deno.env.set(name, value);
      }
    }
  } catch {
    // Not permitted.
    return {};
  }
}

/**
 * A client that also trusts what `SSL_CERT_FILE` names, as other tools do. Deno
 * itself reads `DENO_CERT` only, which goes before.
 */
async function openTlsClient(
  env: Context["env"],
  http2: boolean,
): Promise<ClientOption> {
  const own = env("DENO_CERT");
  const path = own ? undefined : env("SSL_CERT_FILE");
  const pem = path ? await readAuthorities(path) : null;
  const caCerts = pem === null ? {} : { caCerts: [pem] };
  try {
    return { client: Deno.createHttpClient({ ...caCerts, http2 }) };
  } catch (cause) {
    throw unusable(own ? "DENO_CERT" : "SSL_CERT_FILE", own ?? path!, cause);
  }
}

/** The certificates in a file, or `null` where it may not be read. */
async function readAuthorities(path: string): Promise<string | null> {
  try {
    const text = await Deno.readTextFile(path);
    // Deno takes a file without any, and trusts nobody more than before.
    if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
    throw new TypeError("There is no certificate in it");
  } catch (cause) {
    const { name } = cause as Error;
    if (name === "NotCapable" || name === "PermissionDenied") return null;
    throw unusable("SSL_CERT_FILE", path, cause);
  }
}

function unusable(
  variable: string,
  path: string,
  cause: unknown,
): ReleasioError {
  // Deno's message names the path once more.
  const [why] = (cause as Error).message.split(": readfile");
  return new ReleasioError("usage", `Cannot use ${variable}, ${path}: ${why}`, {
    hint: "Name a file of certificates in PEM form, or unset it.",
    cause,
  });
}
