/**
 * Identity tokens that the job hands in itself: for ActiveState and for any
 * CI that has no file of its own here.
 *
 * @module
 */

import { type Context, isAbsent } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import type { IdentityProvider } from "./provider.ts";
import { receiveToken, REQUEST_FAILED } from "./receive_token.ts";

const TOKEN_VARIABLE = "RELEASIO_OIDC_TOKEN";
const FILE_VARIABLE = "RELEASIO_OIDC_TOKEN_FILE";
const MAX_FILE_BYTES = 64 * 1024;

const AUDIENCE_HINT =
  "Ask your CI for a token with that audience. A token handed in serves one index, and it can't sign.";

/** The token in `RELEASIO_OIDC_TOKEN`: one, for one exchange. */
export const HANDED_IN_TOKEN: IdentityProvider = {
  name: "handed-in",
  label: `token in ${TOKEN_VARIABLE}`,
  detect: (context) => Boolean(context.env(TOKEN_VARIABLE)),
  renewable: false,
  acquire: (context, audience) =>
    new Promise((resolve) =>
      resolve(receiveToken(
        context,
        context.env(TOKEN_VARIABLE) ?? "",
        audience,
        AUDIENCE_HINT,
      ))
    ),
};

/**
 * The token in the file that `RELEASIO_OIDC_TOKEN_FILE` names. It is read
 * each time, since the CI may put a new token there.
 */
export const HANDED_IN_FILE: IdentityProvider = {
  name: "handed-in",
  label: `token in the file of ${FILE_VARIABLE}`,
  detect: (context) => Boolean(context.env(FILE_VARIABLE)),
  renewable: true,
  acquire: async (context, audience) =>
    receiveToken(context, await readToken(context), audience, AUDIENCE_HINT),
};

async function readToken(context: Context): Promise<string> {
  const path = context.env(FILE_VARIABLE) ?? "";
  try {
    const file = await context.openFile(path);
    if (file.size <= MAX_FILE_BYTES) return await file.text();
  } catch (error) {
    if (!isAbsent(error)) throw error;
    throw new ReleasioError(
      "oidc-request-failed",
      `${REQUEST_FAILED}: cannot read the file that ${FILE_VARIABLE} names, ${
        JSON.stringify(path)
      }`,
      {
        hint: "Write the token there before, and allow reading it.",
        cause: error,
      },
    );
  }
  throw new ReleasioError(
    "oidc-request-failed",
    `${REQUEST_FAILED}: the file that ${FILE_VARIABLE} names is longer than 64 KiB`,
    { hint: "The file must hold the token and nothing else." },
  );
}
