/**
 * Identity tokens of Google Cloud: Cloud Build, Cloud Run, Compute Engine.
 *
 * @module
 */

import { type Context, isAbsent } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { askIssuer, type Issuer, tokenIn } from "./ask_issuer.ts";
import type { IdentityProvider, IdentityToken } from "./provider.ts";
import { receiveToken, REQUEST_FAILED } from "./receive_token.ts";
import { unsupportedCi } from "./unsupported.ts";

/** Set by Google's products, or by hand for this very purpose. */
const HINTS = [
  "GOOGLE_SERVICE_ACCOUNT_NAME",
  "GCE_METADATA_HOST",
  "BUILDER_OUTPUT",
  "K_SERVICE",
  "CLOUD_RUN_JOB",
];
const PRODUCT_FILE = "/sys/class/dmi/id/product_name";
const METADATA_HOST = "metadata.google.internal";
const ACCOUNT_PATH = "computeMetadata/v1/instance/service-accounts/default";

const METADATA: Issuer = {
  name: "Google's metadata server",
  hint: "See that the machine or build has a service account attached.",
};
const IAM: Issuer = {
  name: "Google's IAM service",
  hint:
    'The attached service account needs the role "Service Account OpenID Connect Identity Token Creator" on the one in `GOOGLE_SERVICE_ACCOUNT_NAME`.',
};

/**
 * Google Cloud: the identity of the attached service account, or of the one
 * that `GOOGLE_SERVICE_ACCOUNT_NAME` names, which the attached one
 * impersonates. `GCE_METADATA_HOST` names another metadata server, as it does
 * for Google's own libraries.
 *
 * Source: {@link https://docs.cloud.google.com/compute/docs/instances/verifying-instance-identity | Google's instance identity}.
 */
export const GOOGLE_CLOUD: IdentityProvider = {
  name: "google",
  label: "Google Cloud",
  detect,
  renewable: true,
  acquire,
};

async function detect(context: Context): Promise<boolean> {
  if (HINTS.some((name) => context.env(name))) return true;
  // Hosted CIs run on Google's machines without their identity, so the
  // hardware says nothing there.
  if (unsupportedCi(context) !== null) return false;
  try {
    const product = await (await context.openFile(PRODUCT_FILE)).text();
    return ["Google", "Google Compute Engine"].includes(product.trim());
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

async function acquire(
  context: Context,
  audience: string,
): Promise<IdentityToken> {
  const account = context.env("GOOGLE_SERVICE_ACCOUNT_NAME");
  const token = account
    ? await impersonate(context, account, audience)
    // `format=full` is what adds the e-mail claims that PyPI compares.
    : await askMetadata(
      context,
      `identity?audience=${encodeURIComponent(audience)}&format=full`,
    );
  return receiveToken(
    context,
    token,
    audience,
    "Google gave a token for another audience than it was asked for.",
  );
}

function askMetadata(context: Context, path: string): Promise<string> {
  const host = context.env("GCE_METADATA_HOST") || METADATA_HOST;
  return askIssuer(context, {
    url: `http://${host}/${ACCOUNT_PATH}/${path}`,
    headers: { "metadata-flavor": "Google" },
  }, METADATA);
}

async function impersonate(
  context: Context,
  account: string,
  audience: string,
): Promise<string> {
  if (!/^[\w.@-]+$/.test(account)) {
    throw new ReleasioError(
      "oidc-request-failed",
      `${REQUEST_FAILED}: GOOGLE_SERVICE_ACCOUNT_NAME is not the e-mail address of a service account`,
      { hint: "It looks like `name@project.iam.gserviceaccount.com`." },
    );
  }
  const access = tokenIn(
    await askMetadata(
      context,
      "token?scopes=https://www.googleapis.com/auth/cloud-platform",
    ),
    "access_token",
    METADATA,
  );
  if (!/^[\x21-\x7e]+$/.test(access)) {
    throw new ReleasioError(
      "oidc-request-failed",
      `${REQUEST_FAILED}: ${METADATA.name} gave an access token that is none`,
      { hint: METADATA.hint },
    );
  }
  context.mask(access);
  const body = await askIssuer(context, {
    url:
      `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${account}:generateIdToken`,
    method: "POST",
    headers: {
      authorization: `Bearer ${access}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ audience, includeEmail: true }),
  }, IAM);
  return tokenIn(body, "token", IAM);
}
