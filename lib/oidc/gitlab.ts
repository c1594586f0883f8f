/**
 * Identity tokens of GitLab CI/CD, self-managed instances included.
 *
 * @module
 */

import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import type { IdentityProvider, IdentityToken } from "./provider.ts";
import { receiveToken, REQUEST_FAILED } from "./receive_token.ts";

/**
 * GitLab CI/CD: a variable of the job, declared under `id_tokens`, one for
 * each audience.
 *
 * Source: {@link https://docs.gitlab.com/ci/secrets/id_token_authentication/ | GitLab's ID tokens}.
 */
export const GITLAB_CI: IdentityProvider = {
  name: "gitlab",
  label: "GitLab CI/CD",
  detect: (context) => Boolean(context.env("GITLAB_CI")),
  renewable: false,
  acquire: (context, audience) =>
    new Promise((resolve) => resolve(acquire(context, audience))),
};

function acquire(context: Context, audience: string): IdentityToken {
  const [name, ...others] = variableNames(audience);
  const found = [name, ...others].find((variable) => context.env(variable));
  if (found === undefined) throw variableMissing(context, name, audience);
  return receiveToken(
    context,
    context.env(found)!,
    audience,
    `The \`aud\` of ${found} must be the audience alone, as text and not as a list: ${
      declaration(found, audience)
    }`,
  );
}

/**
 * The variable for an audience, as other tools name it: upper case, `_` for
 * all that is no letter or digit. A leading digit, which a variable cannot
 * have, becomes `_` in some of them.
 */
function variableNames(audience: string): [string, ...string[]] {
  const name = `${
    audience.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")
  }_ID_TOKEN`;
  return /^\d/.test(name) ? [`_${name.slice(1)}`, name] : [name];
}

/** On one line, and still what `.gitlab-ci.yml` takes. */
function declaration(name: string, audience: string): string {
  return `\`id_tokens: { ${name}: { aud: ${yamlText(audience)} } }\``;
}

function yamlText(text: string): string {
  return /^[A-Za-z][\w.-]*$/.test(text) ? text : JSON.stringify(text);
}

function variableMissing(
  context: Context,
  name: string,
  audience: string,
): ReleasioError {
  const other = ["PYPI_ID_TOKEN", "TESTPYPI_ID_TOKEN"].find((variable) =>
    variable !== name && context.env(variable)
  );
  const instead = other === undefined
    ? ""
    : ` It has ${other}, which is for another index: PyPI and TestPyPI need a token each.`;
  return new ReleasioError(
    "oidc-permission-missing",
    `${REQUEST_FAILED}: this job has no ${name}`,
    {
      hint: `Add this to the job in \`.gitlab-ci.yml\`: ${
        declaration(name, audience)
      }.${instead}`,
      details: {
        provider: "gitlab",
        variable: name,
        snippet: `id_tokens:\n  ${name}:\n    aud: ${yamlText(audience)}`,
      },
    },
  );
}
