/**
 * How providers talk to the service that hands out tokens.
 *
 * @module
 */

import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { type HttpRequest, isRecord, parseJson, send } from "../http.ts";
import { isTransientStatus, READ_RETRIES } from "../retry.ts";
import { REQUEST_FAILED } from "./receive_token.ts";

const TIMEOUT = 30_000;
const MAX_BYTES = 256 * 1024;

/** Who is asked, for error messages. */
export interface Issuer {
  /** Such as `GitHub`. */
  readonly name: string;
  /** What to do when it refuses. */
  readonly hint: string;
}

/**
 * Asks for a token, patiently: asking again does no harm.
 *
 * @param context The outside world
 * @param request The request
 * @param issuer Who is asked
 * @returns The body of the answer, which holds a secret
 * @throws {ReleasioError} `oidc-request-failed` when it refuses,
 * `server-error`, `network` or `timeout` when asking later may help
 */
export async function askIssuer(
  context: Context,
  request: HttpRequest,
  issuer: Issuer,
): Promise<string> {
  const { status, text } = await ask(context, request);
  if (status === 200) return text;
  // The body stays unread: it may repeat what was sent.
  const isPassing = isTransientStatus(status);
  throw new ReleasioError(
    isPassing ? "server-error" : "oidc-request-failed",
    `${REQUEST_FAILED}: ${issuer.name} answered ${status}`,
    {
      hint: isPassing
        ? `${issuer.name} has trouble; nothing was published. Run the job again later.`
        : issuer.hint,
      details: { status },
    },
  );
}

async function ask(
  context: Context,
  request: HttpRequest,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    return await send(context, request, {
      timeout: TIMEOUT,
      retries: READ_RETRIES,
      maxBytes: MAX_BYTES,
    });
  } catch (error) {
    const isOurs = error instanceof ReleasioError &&
      ["network", "timeout", "server-error"].includes(error.code);
    if (!isOurs) throw error;
    throw new ReleasioError(error.code, `${REQUEST_FAILED}: ${error.message}`, {
      ...(error.hint === null ? {} : { hint: error.hint }),
      cause: error.cause,
    });
  }
}

/**
 * Takes a token out of a JSON answer.
 *
 * @param body The answer
 * @param key The key that holds the token
 * @param issuer Who answered
 * @returns The token
 * @throws {ReleasioError} `oidc-request-failed` when there is none
 */
export function tokenIn(body: string, key: string, issuer: Issuer): string {
  const answer = parseJson(body);
  const token = isRecord(answer) ? answer[key] : undefined;
  if (typeof token === "string" && token !== "") return token;
  throw new ReleasioError(
    "oidc-request-failed",
    `${REQUEST_FAILED}: ${issuer.name} answered without a token`,
    { hint: issuer.hint },
  );
}
