import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { attestFiles, type AttestOptions } from "../../lib/attest/mod.ts";
import { PYPI, TESTPYPI } from "../../lib/config/registry.ts";
import type { DistributionFile } from "../../lib/dist/distribution.ts";
import { EXIT_CODES, ReleasioError } from "../../lib/errors.ts";
import type { Claims } from "../../lib/oidc/mod.ts";
import { activestateClaims, gitlabClaims } from "../../lib/sandbox/mod.ts";
import {
  github,
  type HouseOptions,
  openHouse,
  signerOf,
  type SigningHouse,
  signStatement,
  statement,
  WHEEL,
} from "./signing.ts";

const SDIST = { filename: "demo-1.0.tar.gz", sha256: "b".repeat(64) };
const FULCIO = "POST /api/v2/signingCert";
const REKOR = "POST /api/v1/log/entries";

function options(
  house: SigningHouse,
  changes: Partial<AttestOptions> = {},
  claims: Claims = github()("pypi", house.context.now()),
): AttestOptions {
  return {
    files: [WHEEL, SDIST],
    policy: "preferred",
    registry: PYPI,
    identity: { provider: house.provider(), claims },
    services: house.services,
    ...changes,
  };
}

function signingRequests({ sandbox }: SigningHouse): number {
  return sandbox.state.requests
    .filter(({ path }) => path.startsWith("/api/")).length;
}

function besides(name: string, attestation: unknown): DistributionFile {
  return {
    path: `dist/${name}`,
    filename: name,
    blob: new Blob([JSON.stringify(attestation)]),
  };
}

Deno.test("attestFiles() signs every file, and says so", async () => {
  const house = await openHouse();
  const notes: string[] = [];
  const { attestations, findings } = await attestFiles(
    house.context,
    options(house, {
      onEvent: (event) => {
        if (event.type === "note") notes.push(event.message);
      },
    }),
  );
  assertEquals([...attestations.keys()].sort(), [
    WHEEL.filename,
    SDIST.filename,
  ]);
  assert([...attestations.values()].every(({ length }) => length === 1));
  assertEquals(findings, []);
  assertEquals(notes, ["Signed 2 files"]);
});

Deno.test("attestFiles() signs the same files for one index after the other", async () => {
  const house = await openHouse();
  for (const registry of [TESTPYPI, PYPI]) {
    const { attestations, findings } = await attestFiles(
      house.context,
      options(house, { registry, policy: "required" }),
    );
    assertEquals([attestations.size, findings], [2, []]);
  }
});

Deno.test("attestFiles() asks nobody when attestations are off", async () => {
  const house = await openHouse();
  const quiet = await attestFiles(
    house.context,
    options(house, { policy: "off" }),
  );
  assertEquals([quiet.attestations.size, quiet.findings], [0, []]);
  const loud = await attestFiles(
    house.context,
    options(house, {
      policy: "off",
      readyMade: [besides(`${WHEEL.filename}.publish.attestation`, {})],
    }),
  );
  assertEquals(loud.attestations.size, 0);
  assertEquals(loud.findings.map(({ code, severity }) => [code, severity]), [
    ["attestations-off", "warning"],
  ]);
  assertStringIncludes(loud.findings[0]!.message, ".publish.attestation");
  assertEquals(signingRequests(house), 0);
});

/** What stands in the way, decided before anything is signed. */
function obstacles(
  house: SigningHouse,
): [code: string, changes: Partial<AttestOptions>, claims?: Claims][] {
  const { services: _, ...elsewhere } = options(house);
  const now = house.context.now();
  return [
    ["attestations-need-trusted-publishing", { identity: null }],
    [
      "attestations-reusable-workflow",
      {},
      github({
        jobWorkflowRef: "example/demo/.github/workflows/up.yml@refs/heads/main",
      })("pypi", now),
    ],
    [
      "attestations-unsupported-publisher",
      {},
      activestateClaims({}, { audience: "pypi", now }),
    ],
    [
      "attestations-unsupported-publisher",
      {},
      gitlabClaims({ issuer: "https://gitlab.example" }, {
        audience: "pypi",
        now,
      }),
    ],
    ["attestations-unsupported-index", {
      ...elsewhere,
      services: undefined as never,
      registry: {
        name: "nexus.example",
        kind: "other",
        uploadUrl: "https://nexus.example/",
        simpleUrl: null,
      },
    }],
  ];
}

Deno.test("attestFiles() notes under preferred what stands in the way", async () => {
  const house = await openHouse();
  for (const [code, changes, claims] of obstacles(house)) {
    const { attestations, findings } = await attestFiles(
      house.context,
      options(house, changes, claims),
    );
    assertEquals(attestations.size, 0);
    assertEquals(findings.map(({ code, severity }) => [code, severity]), [
      [code, "note"],
    ]);
    assert(findings[0]!.hint);
  }
  assertEquals(signingRequests(house), 0);
});

Deno.test("attestFiles() stops under required at what stands in the way", async () => {
  const house = await openHouse();
  for (const [code, changes, claims] of obstacles(house)) {
    const error = await assertRejects(
      () =>
        attestFiles(
          house.context,
          options(house, { ...changes, policy: "required" }, claims),
        ),
      ReleasioError,
    );
    assertEquals(error.code, code);
    assertEquals(EXIT_CODES[error.code], 2);
    assert(error.hint);
  }
  assertEquals(signingRequests(house), 0);
});

Deno.test("attestFiles() explains a reusable workflow by both files' names", async () => {
  const house = await openHouse();
  const claims = github({
    jobWorkflowRef: "org/shared/.github/workflows/up.yml@refs/tags/v1",
  })("pypi", house.context.now());
  const { findings } = await attestFiles(
    house.context,
    options(house, {}, claims),
  );
  const [{ message, hint } = { message: "", hint: "" }] = findings;
  assertStringIncludes(message, "org/shared/.github/workflows/up.yml");
  assertStringIncludes(message, "example/demo/.github/workflows/release.yml");
  assertStringIncludes(hint!, "Move the publishing job");
});

Deno.test("attestFiles() says where a job can have no token for Sigstore", async () => {
  const house = await openHouse();
  const missing = new ReleasioError("oidc-permission-missing", "no token", {
    hint: "Declare SIGSTORE_ID_TOKEN",
  });
  const providers = [
    house.provider(undefined, { name: "handed-in", label: "token in X" }),
    house.provider(undefined, { acquire: () => Promise.reject(missing) }),
  ];
  const claims = github()("pypi", house.context.now());
  const hints: (string | null)[] = [];
  for (const provider of providers) {
    const identity = { provider, claims };
    const { attestations, findings } = await attestFiles(
      house.context,
      options(house, { identity }),
    );
    assertEquals(attestations.size, 0);
    assertEquals(findings.map(({ code, severity }) => [code, severity]), [
      ["attestations-no-identity", "note"],
    ]);
    hints.push(findings[0]!.hint);
    const error = await assertRejects(
      () =>
        attestFiles(
          house.context,
          options(house, { identity, policy: "required" }),
        ),
      ReleasioError,
    );
    assertEquals(error.code, "attestations-no-identity");
  }
  assertStringIncludes(hints[0]!, "handed in");
  assertEquals(hints[1], "Declare SIGSTORE_ID_TOKEN");
  assertEquals(signingRequests(house), 0);
});

/** Trouble of every kind, with the code that it ends with. */
const TROUBLE: [
  what: string,
  code: string,
  set: (house: SigningHouse) => void,
  options?: HouseOptions,
][] = [
  [
    "Fulcio is down",
    "sigstore-unavailable",
    ({ sandbox }) => sandbox.fail({ match: FULCIO, status: 503, times: 99 }),
  ],
  [
    "Rekor is down",
    "sigstore-unavailable",
    ({ sandbox }) => sandbox.fail({ match: REKOR, status: 502, times: 99 }),
  ],
  ["Rekor takes and never answers", "sigstore-unavailable", ({ sandbox }) => {
    sandbox.fail({ match: REKOR, status: 504, takesEffect: true, times: 99 });
    sandbox.fail({ match: "GET /api/v1/log", status: 504, times: 99 });
  }],
  ["Rekor fails for the second file", "sigstore-unavailable", () => {}, {
    async fetch(request, next) {
      const text = await request.clone().text();
      const isSecond = text.includes("proposedContent") &&
        atob(JSON.parse(JSON.parse(text).spec.proposedContent.envelope).payload)
          .includes(SDIST.filename);
      return isSecond
        ? new Response(null, { status: 500 })
        : await next(request);
    },
  }],
  [
    "Rekor refuses",
    "sigstore-refused",
    ({ sandbox }) => sandbox.fail({ match: REKOR, status: 400, times: 99 }),
  ],
  [
    "Fulcio refuses",
    "sigstore-refused",
    ({ sandbox }) => sandbox.fail({ match: FULCIO, status: 401, times: 99 }),
  ],
];

for (const [what, code, set, houseOptions] of TROUBLE) {
  Deno.test(`attestFiles() signs no file rather than some when ${what}`, async () => {
    const house = await openHouse(houseOptions);
    set(house);
    const { attestations, findings } = await attestFiles(
      house.context,
      options(house),
    );
    assertEquals(attestations.size, 0);
    assertEquals(findings.map(({ code, severity }) => [code, severity]), [
      [code, "warning"],
    ]);
    assertStringIncludes(
      findings[0]!.message,
      "Published without attestations",
    );
  });

  Deno.test(`attestFiles() stops under required when ${what}`, async () => {
    const house = await openHouse(houseOptions);
    set(house);
    const error = await assertRejects(
      () => attestFiles(house.context, options(house, { policy: "required" })),
      ReleasioError,
    );
    assertEquals(error.code, code);
    assertEquals(
      EXIT_CODES[error.code],
      code === "sigstore-unavailable" ? 6 : 4,
    );
  });
}

Deno.test("attestFiles() loses patience after three minutes", async () => {
  const house = await openHouse();
  house.sandbox.fail({
    match: REKOR,
    status: 429,
    headers: { "retry-after": "100" },
    times: 999,
  });
  const start = house.context.now();
  const files = Array.from({ length: 40 }, (_, i) => ({
    filename: `demo-1.0-${i}-py3-none-any.whl`,
    sha256: "a".repeat(64),
  }));
  const { findings } = await attestFiles(
    house.context,
    options(house, { files }),
  );
  assertEquals(findings[0]!.code, "sigstore-unavailable");
  assert(house.context.now() - start <= 180_000);
});

Deno.test("attestFiles() does not publish unsigned what was interrupted", async () => {
  const controller = new AbortController();
  const house = await openHouse({
    context: { signal: controller.signal },
    fetch: async (request, next) => {
      if (request.url.endsWith("/log/entries")) {
        controller.abort(new ReleasioError("interrupted", "Interrupted"));
      }
      return await next(request);
    },
  });
  const error = await assertRejects(
    () => attestFiles(house.context, options(house)),
    ReleasioError,
  );
  assertEquals(error.code, "interrupted");
});

Deno.test("attestFiles() takes the attestations that are there, and signs the rest", async () => {
  const house = await openHouse();
  const publish = await signerOf(house).sign(WHEEL);
  const provenance = await signStatement(
    house,
    statement({
      predicateType: "https://slsa.dev/provenance/v1",
      predicate: { buildDefinition: {} },
      subject: [{ name: SDIST.filename, digest: { sha256: SDIST.sha256 } }],
    }),
  );
  const before = signingRequests(house);
  const { attestations, findings } = await attestFiles(
    house.context,
    options(house, {
      readyMade: [
        besides(`${WHEEL.filename}.publish.attestation`, publish),
        besides(`${SDIST.filename}.slsa.attestation`, provenance),
        besides("other-1.0.tar.gz.publish.attestation", {}),
      ],
    }),
  );
  assertEquals(findings, []);
  assertEquals(attestations.get(WHEEL.filename), [JSON.stringify(publish)]);
  assertEquals(attestations.get(SDIST.filename)!.length, 2);
  // One certificate and one entry, for the sdist alone.
  assertEquals(signingRequests(house) - before, 2);
});

Deno.test("attestFiles() names the files that go up without one of their own", async () => {
  const house = await openHouse();
  const publish = await signerOf(house).sign(WHEEL);
  house.sandbox.fail({ match: FULCIO, status: 503, times: 99 });
  const { attestations, findings } = await attestFiles(
    house.context,
    options(house, {
      readyMade: [besides(`${WHEEL.filename}.publish.attestation`, publish)],
    }),
  );
  assertEquals([...attestations.keys()], [WHEEL.filename]);
  assertEquals(findings[0]!.severity, "warning");
  assertStringIncludes(findings[0]!.message, SDIST.filename);
  assertEquals(findings[0]!.message.includes(WHEEL.filename), false);
});

Deno.test("attestFiles() refuses two attestations of one kind, and names both", async () => {
  const house = await openHouse();
  const publish = await signerOf(house).sign(WHEEL);
  const error = await assertRejects(
    () =>
      attestFiles(
        house.context,
        options(house, {
          readyMade: [
            besides(`${WHEEL.filename}.publish.attestation`, publish),
            besides(`${WHEEL.filename}.again.attestation`, publish),
          ],
        }),
      ),
    ReleasioError,
  );
  assertEquals(error.code, "attestation-duplicate");
  assertEquals(EXIT_CODES[error.code], 3);
  for (const name of ["publish", "again"]) {
    assertStringIncludes(
      error.message,
      `${WHEEL.filename}.${name}.attestation`,
    );
  }
});

Deno.test("attestFiles() refuses what the index would refuse, under preferred too", async () => {
  const house = await openHouse();
  const publish = await signerOf(house).sign(WHEEL);
  const cases = [
    besides(`${SDIST.filename}.publish.attestation`, publish),
    besides(`${WHEEL.filename}.publish.attestation`, {}),
    {
      ...besides(`${WHEEL.filename}.publish.attestation`, {}),
      blob: new Blob([" ".repeat(1024 * 1024 + 1)]),
    },
  ];
  for (const file of cases) {
    const error = await assertRejects(
      () => attestFiles(house.context, options(house, { readyMade: [file] })),
      ReleasioError,
    );
    assertEquals(error.code, "attestation-invalid");
    assertStringIncludes(error.message, file.path);
  }
});

Deno.test("attestFiles() leaves ready-made attestations out where the index takes none, and warns", async () => {
  const house = await openHouse();
  const file = besides(`${WHEEL.filename}.publish.attestation`, {});
  const { attestations, findings } = await attestFiles(
    house.context,
    options(house, { identity: null, readyMade: [file] }),
  );
  assertEquals(attestations.size, 0);
  assertEquals(findings[0]!.severity, "warning");
  assertStringIncludes(findings[0]!.message, file.filename);
});
