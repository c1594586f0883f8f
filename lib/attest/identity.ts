/**
 * Who signed, and who should have: what certificates of Sigstore say about
 * publishers
 * ({@link https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md | extensions}).
 *
 * @module
 */

import type { Publisher } from "../config/settings.ts";
import { describePublisher, textClaim } from "../oidc/claims.ts";
import type { Claims } from "../oidc/provider.ts";
import {
  alternativeNames,
  type Certificate,
  extensionText,
  extensionValue,
} from "./certificate.ts";
import { Flaw } from "./flaw.ts";

const ARC = "1.3.6.1.4.1.57264.1";

/** Extensions that say who signed. */
const OID = {
  legacyIssuer: `${ARC}.1`,
  issuer: `${ARC}.8`,
  sourceRepository: `${ARC}.12`,
  sourceDigest: `${ARC}.13`,
  sourceRef: `${ARC}.14`,
  buildConfig: `${ARC}.18`,
} as const;

/** The issuers whose publishers PyPI takes attestations from. */
const ISSUERS = {
  GitHub: "https://token.actions.githubusercontent.com",
  GitLab: "https://gitlab.com",
  Google: "https://accounts.google.com",
} as const;

/** A publisher, as an index's provenance names it (PEP 740). */
export type AttestationPublisher =
  | {
    /** Tells the provider. */
    readonly kind: "GitHub";
    /** `owner/repository`. */
    readonly repository: string;
    /** The workflow's file name. */
    readonly workflow: string;
    /** The environment, which no certificate knows. */
    readonly environment?: string | null;
  }
  | {
    /** Tells the provider. */
    readonly kind: "GitLab";
    /** `namespace/project`. */
    readonly repository: string;
    /** The pipeline file's path. */
    readonly workflow_filepath: string;
    /** The environment, which no certificate knows. */
    readonly environment?: string | null;
  }
  | {
    /** Tells the provider. */
    readonly kind: "Google";
    /** The service account's address. */
    readonly email: string;
  };

/** Who a certificate says has signed. */
export interface Signer {
  /** The identity provider's URL. */
  readonly issuer: string | null;
  /** The source repository's URL. */
  readonly repository: string | null;
  /** The workflow that was started, as a URL with its ref. */
  readonly workflow: string | null;
  /** The e-mail address of an account. */
  readonly email: string | null;
}

/**
 * The publisher that the claims of an identity token name, if an index takes
 * attestations of it: none of ActiveState, none of self-managed instances.
 *
 * @param claims The claims
 * @returns The publisher, or `null`
 */
export function publisherOfClaims(claims: Claims): AttestationPublisher | null {
  const { repository, workflow, email } = describePublisher(claims);
  switch (claims.iss) {
    case ISSUERS.GitHub:
      return {
        kind: "GitHub",
        repository: repository ?? "",
        workflow: workflow ?? "",
      };
    case ISSUERS.GitLab:
      return {
        kind: "GitLab",
        repository: textClaim(claims, "project_path") ?? "",
        workflow_filepath: workflow ?? "",
      };
    case ISSUERS.Google:
      return { kind: "Google", email: email ?? "" };
    default:
      return null;
  }
}

/**
 * A publisher that is registered on an index, as attestations name it.
 *
 * @param publisher The publisher
 * @returns The same, or `null` if an index takes no attestations of it
 */
export function publisherOfSettings(
  publisher: Publisher,
): AttestationPublisher | null {
  switch (publisher.provider) {
    case "github":
      return {
        kind: "GitHub",
        repository: `${publisher.owner}/${publisher.repository}`,
        workflow: publisher.workflow,
        environment: publisher.environment,
      };
    case "gitlab":
      // Certificates of other instances never match.
      return publisher.issuer !== ISSUERS.GitLab ? null : {
        kind: "GitLab",
        repository: `${publisher.namespace}/${publisher.project}`,
        workflow_filepath: publisher.workflow,
        environment: publisher.environment,
      };
    case "google":
      return { kind: "Google", email: publisher.email };
    case "activestate":
      return null;
  }
}

/**
 * Who a certificate says has signed.
 *
 * @param certificate The certificate
 * @returns What it says, for display
 */
export function signerOf(certificate: Certificate): Signer {
  const text = (oid: string) => extensionText(certificate, oid);
  return {
    issuer: text(OID.issuer) ?? legacyIssuer(certificate),
    repository: text(OID.sourceRepository),
    workflow: text(OID.buildConfig),
    email: alternativeNames(certificate)
      .find(({ kind }) => kind === "email")?.value ?? null,
  };
}

/**
 * Holds a certificate against the publisher that should have signed, with
 * PyPI's rules.
 *
 * @param certificate The certificate
 * @param publisher The publisher
 * @throws {Flaw} In words for people
 */
export function checkIdentity(
  certificate: Certificate,
  publisher: AttestationPublisher,
): void {
  const expected = ISSUERS[publisher.kind];
  const issuer = publisher.kind === "Google"
    ? legacyIssuer(certificate)
    : extensionText(certificate, OID.issuer);
  compare("identity provider", issuer, expected);
  switch (publisher.kind) {
    case "GitHub":
      checkWorkflow(certificate, {
        site: "https://github.com",
        repository: publisher.repository,
        path: `/.github/workflows/${publisher.workflow}`,
        needsBoth: false,
      });
      break;
    case "GitLab":
      checkWorkflow(certificate, {
        site: "https://gitlab.com",
        repository: publisher.repository,
        path: `//${publisher.workflow_filepath}`,
        needsBoth: true,
      });
      break;
    case "Google": {
      const names = alternativeNames(certificate).map(({ value }) => value);
      if (!names.includes(publisher.email)) {
        compare("account", names[0] ?? null, publisher.email);
      }
    }
  }
}

interface ExpectedWorkflow {
  readonly site: string;
  readonly repository: string;
  readonly path: string;
  /** Whether PyPI asks for commit and ref, not for one of them. */
  readonly needsBoth: boolean;
}

function checkWorkflow(
  certificate: Certificate,
  { site, repository, path, needsBoth }: ExpectedWorkflow,
): void {
  const source = `${site}/${repository}`;
  const text = (oid: string) => extensionText(certificate, oid);
  compare("repository", text(OID.sourceRepository), source);
  const built = text(OID.buildConfig);
  if (built === null) {
    throw new Flaw("the certificate does not name the workflow", "conversion");
  }
  const suffixes = [text(OID.sourceDigest), text(OID.sourceRef)]
    .filter((suffix) => suffix !== null);
  if (suffixes.length < (needsBoth ? 2 : 1)) {
    throw needsBoth
      ? new Flaw("the certificate names no commit or no ref", "conversion")
      : new Flaw("the certificate names neither a commit nor a ref");
  }
  const isExpected = suffixes.some((suffix) =>
    built === `${source}${path}@${suffix}`
  );
  if (!isExpected) {
    compare("workflow", built, `${source}${path}@${suffixes.at(-1)}`);
  }
}

function compare(what: string, actual: string | null, expected: string): void {
  if (actual === expected) return;
  throw new Flaw(
    actual === null
      ? `the certificate names no ${what}`
      : `the certificate's ${what} is ${actual}, not ${expected}`,
  );
}

/** The first version of the extension holds the text as it is. */
function legacyIssuer(certificate: Certificate): string | null {
  const value = extensionValue(certificate, OID.legacyIssuer);
  return value && new TextDecoder().decode(value);
}
