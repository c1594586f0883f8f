/**
 * What an index means when it refuses to mint.
 *
 * @module
 */

import { ReleasioError } from "../errors.ts";
import { isRecord, parseJson } from "../http.ts";
import { textClaim } from "../oidc/claims.ts";
import { publishingDisabled, publishingUnsupported } from "./audience.ts";
import { explainProject } from "./explain_project.ts";
import { explainPublisher, type Situation } from "./explain_publisher.ts";

/** What PyPI itself calls each of its refusals. */
const FAILED = "Token request failed";

/** What came back in place of a token. */
export interface MintAnswer {
  /** The status. */
  readonly status: number;
  /** The body. */
  readonly text: string;
}

/**
 * Explains why an index minted no token.
 *
 * Sources: PyPI's answers, one code each, in
 * {@link https://github.com/pypi/warehouse/blob/main/warehouse/oidc/views.py | views.py},
 * described in {@link https://docs.pypi.org/trusted-publishers/troubleshooting/ | its documentation}.
 *
 * @param answer What came back
 * @param situation What was tried
 * @returns The error: its code, a plain cause, and what to do
 *
 * @example A token that was used before
 * ```ts
 * import { explainRefusal } from "@releasio/cli/mint";
 * import { assertEquals } from "@std/assert";
 *
 * const error = explainRefusal({
 *   status: 422,
 *   text: JSON.stringify({ errors: [{ code: "invalid-reuse-token" }] }),
 * }, {
 *   registry: {
 *     name: "PyPI",
 *     kind: "pypi",
 *     uploadUrl: "https://upload.pypi.org/legacy/",
 *     simpleUrl: "https://pypi.org/simple/",
 *   },
 *   claims: {},
 *   projects: ["demo"],
 *   now: Date.now(),
 * });
 * assertEquals(error.code, "oidc-token-reused");
 * ```
 */
export function explainRefusal(
  answer: MintAnswer,
  situation: Situation,
): ReleasioError {
  const { registry } = situation;
  const { status } = answer;
  const refusal = readRefusal(answer.text);
  if (refusal === null) {
    if (status === 403) return publishingDisabled(registry);
    if (status === 404) return publishingUnsupported(registry, status);
    return refused(situation, status, `${registry.name} answered ${status}`, {
      hint:
        "That is no answer that PyPI gives. Check the registry's URL, and whether a proxy stands in between.",
    });
  }
  const { code, description } = refusal;
  switch (code) {
    case "invalid-publisher": {
      const reason = /^[^(]*\((.*)\)$/s.exec(description)?.[1] ?? description;
      return explainPublisher(printable(reason), situation);
    }
    case "invalid-pending-publisher":
      return new ReleasioError(
        "pending-publisher-invalid",
        "Pending publisher cannot be used: its project exists by now",
        {
          hint:
            `Somebody, perhaps you, created the project on ${registry.name} first, and the pending publisher is gone. If the project is yours, add the publisher in its settings; if not, choose another name.`,
          details: { code, status },
        },
      );
    case "invalid-reuse-token":
      return new ReleasioError(
        "oidc-token-reused",
        `${FAILED}: the identity token was used before`,
        {
          hint:
            "An index takes an identity token once. Run the job again for a new one; on GitLab, declare a token for each exchange under `id_tokens`.",
          details: { code, status },
        },
      );
    case "not-enabled":
      return publishingDisabled(
        registry,
        /^(github|gitlab|google|activestate) /i.exec(description)?.[1],
      );
    case "invalid-token":
      return explainInvalidToken(situation, status);
    case "invalid-payload":
      return explainPayload(description, situation, status);
    default:
      return refused(situation, status, "the index gives an unknown reason", {
        hint: "See its documentation, or ask its operators.",
        details: { code: printable(code), reason: printable(description) },
      });
  }
}

/** The one error of PyPI's answer; `null` when it is no such answer. */
function readRefusal(
  text: string,
): { readonly code: string; readonly description: string } | null {
  const body = parseJson(text);
  const errors = isRecord(body) ? body.errors : undefined;
  const error: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (!isRecord(error) || typeof error.code !== "string") return null;
  const { description } = error;
  return {
    code: error.code,
    description: typeof description === "string" ? description : "",
  };
}

/** An index may repeat what it was sent: what looks like a token goes. */
function printable(text: string): string {
  return text.slice(0, 1000)
    .replaceAll(/eyJ[\w-]{6,}(?:\.[\w-]*)*|pypi-[\w-]{16,}/g, "[redacted]");
}

function refused(
  { registry }: Situation,
  status: number,
  cause: string,
  options: {
    readonly hint: string;
    readonly details?: Readonly<Record<string, unknown>>;
  },
): ReleasioError {
  return new ReleasioError("mint-refused", `${FAILED}: ${cause}`, {
    hint: options.hint,
    details: { registry: registry.uploadUrl, status, ...options.details },
  });
}

/** PyPI has one message for everything that can be wrong with a token. */
function explainInvalidToken(
  situation: Situation,
  status: number,
): ReleasioError {
  const { claims, now, registry } = situation;
  const { exp, nbf, aud } = claims;
  const details = { code: "invalid-token", aud, exp, now };
  if (typeof exp === "number" && exp * 1000 < now) {
    return refused(situation, status, "the identity token has expired", {
      hint: "Ask for it right before publishing; run the job again.",
      details,
    });
  }
  if (typeof nbf === "number" && nbf * 1000 > now + 30_000) {
    return refused(situation, status, "the identity token is not valid yet", {
      hint: "The clock of this machine, or of the CI, is wrong.",
      details,
    });
  }
  return refused(
    situation,
    status,
    `${registry.name} does not accept the identity token`,
    {
      hint:
        "Signature, audience or lifetime is wrong: the token must come straight from the CI, with the audience as plain text. If it does, the index may not have the CI's newest keys yet: run the job again in a minute.",
      details,
    },
  );
}

/**
 * `invalid-payload` covers requests that can't be read, and projects that
 * can't be created. The description of the former may repeat the token, so
 * only texts that are known are used.
 */
function explainPayload(
  description: string,
  situation: Situation,
  status: number,
): ReleasioError {
  const { registry, claims } = situation;
  const code = "invalid-payload";
  if (description === "unknown trusted publishing issuer") {
    const issuer = textClaim(claims, "iss");
    return new ReleasioError(
      "oidc-provider-unsupported",
      `${FAILED}: ${registry.name} takes no identity tokens of ${
        issuer ?? "an unnamed issuer"
      }`,
      {
        hint:
          "PyPI trusts github.com, gitlab.com, Google Cloud and ActiveState, and a self-managed GitLab where an organization has had it registered. An issuer that a GitHub enterprise has customized is another one. Publish from one of these, or use an API token.",
        details: { code, status, issuer },
      },
    );
  }
  if (description === "malformed JWT") {
    return refused(situation, status, "the identity token is damaged", {
      hint:
        "Hand it in whole, as the CI gives it, and see that nothing on the way changes it.",
      details: { code },
    });
  }
  const project = explainProject(printable(description));
  if (project !== null) {
    return refused(situation, status, `pending publisher: ${project.cause}`, {
      hint: project.hint,
      details: { code, reason: printable(description) },
    });
  }
  return refused(situation, status, "the index cannot read the request", {
    hint:
      "Its answer is not shown, since it may repeat the token. Is this an index that works as PyPI does?",
    details: { code },
  });
}
