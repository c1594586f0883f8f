import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { PYPI } from "../../lib/config/registry.ts";
import type { ErrorCode } from "../../lib/errors.ts";
import type { AuthKind } from "../../lib/events.ts";
import { explainRefusal } from "../../lib/upload/explain_refusal.ts";
import type { RefusalScope } from "../../lib/upload/refusals.ts";
import { distributionOf } from "../helpers/fake_index.ts";

const distribution = await distributionOf("demo-1.0-py3-none-any.whl");
const NOW = Date.UTC(2026, 0, 1);

function explain(
  status: number,
  reason: string,
  { headers = {}, auth = "trusted-publishing" }: {
    headers?: Record<string, string>;
    auth?: AuthKind;
  } = {},
) {
  return explainRefusal({ status, reason, headers: new Headers(headers) }, {
    registry: PYPI,
    distribution,
    auth,
    now: NOW,
  });
}

const REFUSALS:
  readonly (readonly [number, string, ErrorCode, RefusalScope])[] = [
    [403, "SSL is required", "upload-url-wrong", "run"],
    [
      410,
      "This API has moved to https://upload.pypi.org/legacy/. See",
      "upload-url-wrong",
      "run",
    ],
    [
      308,
      "An upload was attempted to /legacy but the expected upload URL is /legacy/",
      "upload-url-wrong",
      "run",
    ],
    [405, "", "upload-url-wrong", "run"],
    [404, "", "upload-url-wrong", "run"],
    [303, "", "upload-url-wrong", "run"],
    [
      403,
      "Read-only mode: Uploads are temporarily disabled.",
      "index-read-only",
      "run",
    ],
    [
      403,
      "New uploads are temporarily disabled. See https://pypi.org/help/",
      "index-read-only",
      "run",
    ],
    [
      403,
      "New project registration temporarily disabled. See https://",
      "index-read-only",
      "new-projects",
    ],
    [
      403,
      "Username/Password authentication is no longer supported. Migrate",
      "token-refused",
      "run",
    ],
    [
      403,
      "Invalid or non-existent authentication information. See https://",
      "token-refused",
      "run",
    ],
    [403, "Invalid API Token: token is expired", "token-expired", "run"],
    [
      403,
      "Invalid API Token: project-scoped token is not valid for project: 'demo'",
      "upload-forbidden",
      "project",
    ],
    [
      403,
      "Invalid API Token: OIDC scoped token is not valid for project 'demo'",
      "upload-forbidden",
      "project",
    ],
    [
      403,
      "Invalid API Token: OIDC scoped token is not valid for project 'expired-demo'",
      "upload-forbidden",
      "project",
    ],
    [
      403,
      "Invalid API Token: project-scoped token is not valid for project: 'token-is-expired'",
      "upload-forbidden",
      "project",
    ],
    [403, "Invalid API Token: unknown caveat", "token-refused", "run"],
    [
      403,
      "User 'x', associated with the API token used, does not have a verified primary email address. Please",
      "account-not-ready",
      "run",
    ],
    [
      403,
      "User 'x', associated with the API token used, does not have two-factor authentication enabled. Please",
      "account-not-ready",
      "run",
    ],
    [
      403,
      "The given token isn't allowed to upload to project 'demo'. See",
      "upload-forbidden",
      "project",
    ],
    [
      403,
      "The user 'x' isn't allowed to upload to project 'demo'. See",
      "upload-forbidden",
      "project",
    ],
    [
      400,
      "Organization account owning this project is inactive. This",
      "upload-forbidden",
      "project",
    ],
    [
      400,
      "Non-user identities cannot create new projects. This was probably",
      "project-not-found",
      "project",
    ],
    [
      429,
      "Too many new projects created",
      "too-many-new-projects",
      "new-projects",
    ],
    [
      409,
      "The name 'demo' conflicts with an existing project. See",
      "project-name-refused",
      "project",
    ],
    [
      400,
      "The name 'demo' isn't allowed. See https://",
      "project-name-refused",
      "project",
    ],
    [
      400,
      "The name 'os' isn't allowed (conflict with Python Standard Library module name). See",
      "project-name-refused",
      "project",
    ],
    [
      400,
      "The name 'demo' is too similar to an existing project. See",
      "project-name-refused",
      "project",
    ],
    [400, "The name 'de mo' is invalid.", "project-name-refused", "project"],
    [
      400,
      "Uploading new files to releases older than 14 days is not allowed.",
      "release-closed",
      "release",
    ],
    [
      400,
      "Only one sdist may be uploaded per release.",
      "second-sdist",
      "file",
    ],
    [
      400,
      "This filename was previously used by a file that has since been deleted. Use",
      "filename-deleted",
      "file",
    ],
    [
      400,
      "File too large. Limit for project 'demo' is 100 MB. See",
      "file-too-large",
      "file",
    ],
    [413, "", "file-too-large", "file"],
    [
      400,
      "Project size too large. Limit for project 'demo' total size is 10 GB. See",
      "project-too-large",
      "project",
    ],
    [
      400,
      "The digest supplied does not match a digest calculated from the uploaded file.",
      "upload-refused",
      "file",
    ],
    [
      400,
      "Invalid attestations supplied during upload: Malformed attestations: x",
      "attestation-refused",
      "file",
    ],
    [
      400,
      "The description failed to render for 'text/x-rst'. See",
      "upload-refused",
      "file",
    ],
    [
      400,
      "The use of local versions in '1+x' is not allowed.",
      "upload-refused",
      "release",
    ],
    [
      400,
      "Invalid distribution file. File is not a zipfile",
      "upload-refused",
      "file",
    ],
    [
      400,
      "ZIP archive not accepted: Trailing data. See",
      "upload-refused",
      "file",
    ],
    [
      400,
      "Filename 'Demo-1.0.tar.gz' is invalid, should be 'demo-1.0.tar.gz'.",
      "upload-refused",
      "file",
    ],
    [400, "'x' is not a valid classifier.", "upload-refused", "file"],
    [
      400,
      "License is deprecated when License-Expression is present. Only",
      "upload-refused",
      "file",
    ],
    [
      400,
      "license-file introduced in metadata version 2.4, not 2.1",
      "upload-refused",
      "file",
    ],
    [418, "teapot", "upload-refused", "file"],
    [401, "", "token-refused", "run"],
    [403, "who are you", "token-refused", "run"],
    [429, "slow down", "rate-limited", "file"],
    [408, "", "server-error", "file"],
    [503, "Backend is unhealthy", "server-error", "file"],
    [507, "", "server-error", "file"],
  ];

Deno.test("explainRefusal() recognises what indexes answer", () => {
  for (const [status, reason, code, scope] of REFUSALS) {
    const refusal = explain(status, reason);
    assertEquals(
      [refusal.error.code, refusal.scope, refusal.isDuplicate],
      [code, scope, false],
      `${status} ${reason}`,
    );
    assertNotEquals(refusal.error.hint, null);
    assert(refusal.error.message.includes(reason || String(status)));
    assertEquals(refusal.error.details.reason, reason);
  }
});

Deno.test("explainRefusal() recognises every index's word for a duplicate", () => {
  for (
    const [status, reason] of [
      [400, "File already exists ('x.whl', with blake2_256 hash 'a'). See"],
      [400, "The file already exists: x.whl"],
      [400, "Validation failed: File name has already been taken"],
      [400, "Repository does not allow updating assets: python"],
      // Nexus from 3.70 on, and before that on PostgreSQL.
      [400, "python/packages/demo/1.0/demo-1.0.tar.gz cannot be updated"],
      [403, "Not enough permissions to delete/overwrite artifact 'x'"],
      [
        403,
        "Not enough permissions to delete/overwrite all artifacts under 'x'",
      ],
      [409, "Conflict"],
      [409, "demo-1.0.tar.gz already exists in non-volatile index"],
    ] as const
  ) {
    const { error, isDuplicate } = explain(status, reason);
    assertEquals([error.code, isDuplicate], ["file-conflict", true], reason);
  }
});

Deno.test("explainRefusal() knows what may pass and what new credentials may cure", () => {
  const passing = [408, 425, 429, 500, 502, 503, 504];
  for (const status of [...passing, 400, 401, 403, 404, 501]) {
    assertEquals(explain(status, "").isPassing, passing.includes(status));
  }
  assert(!explain(429, "Too many new projects created").isPassing);
  assert(explain(403, "Invalid API Token: token is expired").isExpired);
  // Every caveat that fails is named.
  assert(
    explain(
      403,
      "Invalid API Token: OIDC scoped token is not valid for project 'demo', token is expired",
    ).isExpired,
  );
  assert(
    !explain(
      403,
      "Invalid API Token: OIDC scoped token is not valid for project 'expired'",
    ).isExpired,
  );
  assert(
    explain(403, "Invalid or non-existent authentication information.")
      .isExpired,
  );
  assert(explain(401, "").isExpired);
  assert(!explain(403, "who are you").isExpired);
});

Deno.test("explainRefusal() says when the index takes more", () => {
  const project = explain(429, "Too many new projects created", {
    headers: { ratelimit: '"project.create.user";r=0;t=7200' },
  });
  assert(project.error.hint!.includes("2026-01-01 02:00 UTC"));
  const limited = explain(429, "", { headers: { "retry-after": "3600" } });
  assert(limited.error.hint!.includes("2026-01-01 01:00 UTC"));
  // Who comes in the minute that is named must not be early.
  const uneven = explain(429, "", { headers: { "retry-after": "3601" } });
  assert(uneven.error.hint!.includes("2026-01-01 01:01 UTC"));
  assert(explain(429, "").error.hint!.includes("later"));
});

Deno.test("explainRefusal() gives API tokens and publishers different advice", () => {
  for (
    const [status, reason] of [
      [403, "Invalid API Token: token is expired"],
      [403, "Invalid or non-existent authentication information."],
      [403, "The given token isn't allowed to upload to project 'demo'."],
      [
        403,
        "Invalid API Token: OIDC scoped token is not valid for project 'demo'",
      ],
      [403, "no"],
    ] as const
  ) {
    assertNotEquals(
      explain(status, reason, { auth: "api-token" }).error.hint,
      explain(status, reason).error.hint,
    );
  }
});
