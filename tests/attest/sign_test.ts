import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { attestFiles, openSigner } from "../../lib/attest/mod.ts";
import { PYPI } from "../../lib/config/registry.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { gitlabClaims, googleClaims } from "../../lib/sandbox/mod.ts";
import { assertSigstoreAccepts } from "./oracle.ts";
import {
  github,
  type HouseOptions,
  openHouse,
  signerOf,
  type SigningHouse,
  WHEEL,
} from "./signing.ts";

function count({ sandbox }: SigningHouse, line: string): number {
  return sandbox.state.requests.filter(({ method, path }) =>
    `${method} ${path}`.startsWith(line)
  ).length;
}

function files(n: number) {
  return Array.from({ length: n }, (_, i) => ({
    filename: `demo-1.0-${i}-py3-none-any.whl`,
    sha256: i.toString(16).padStart(64, "0"),
  }));
}

async function refusal(
  options: HouseOptions,
  claims = github(),
): Promise<ReleasioError> {
  const house = await openHouse(options);
  const error = await assertRejects(
    () => signerOf(house, house.provider(claims)).sign(WHEEL),
    ReleasioError,
  );
  for (const token of house.tokens) {
    assertEquals(Deno.inspect(error, { depth: 9 }).includes(token), false);
    assertEquals(JSON.stringify(error.details).includes(token), false);
  }
  return error;
}

/** Changes the JSON of the answers to a request. */
function tampering(
  line: string,
  // deno-lint-ignore no-explicit-any
  change: (answer: any) => void,
): HouseOptions {
  return {
    async fetch(request, next) {
      const response = await next(request);
      const { pathname } = new URL(request.url);
      if (`${request.method} ${pathname}` !== line) return response;
      const answer = await response.json();
      change(answer);
      return Response.json(answer, { status: response.status });
    },
  };
}

const FULCIO = "POST /api/v2/signingCert";
const REKOR = "POST /api/v1/log/entries";

Deno.test("openSigner() signs what sigstore's own verifier takes", async () => {
  const house = await openHouse();
  const attestation = await signerOf(house).sign(WHEEL);
  assertSigstoreAccepts(attestation, await house.sandbox.trustedRootJson());
});

Deno.test("openSigner() signs for GitLab and Google too", async () => {
  const house = await openHouse();
  const root = await house.sandbox.trustedRootJson();
  const gitlab = signerOf(
    house,
    house.provider((audience, now) => gitlabClaims({}, { audience, now })),
    {
      kind: "GitLab",
      repository: "example/demo",
      workflow_filepath: ".gitlab-ci.yml",
    },
  );
  assertSigstoreAccepts(await gitlab.sign(WHEEL), root);
  const email = "release@demo.iam.gserviceaccount.com";
  const google = signerOf(
    house,
    house.provider((audience, now) => googleClaims({}, { audience, now })),
    { kind: "Google", email },
  );
  assertSigstoreAccepts(await google.sign(WHEEL), root);
});

Deno.test("openSigner() proves its key to a subject that is not ASCII", async () => {
  const house = await openHouse();
  const claims = github({ environment: "veröffentlichen-🚀" });
  await signerOf(house, house.provider(claims)).sign(WHEEL);
  assertEquals(count(house, FULCIO), 1);
});

Deno.test("openSigner() takes one certificate for many files", async () => {
  const house = await openHouse();
  const signer = signerOf(house);
  await Promise.all(files(12).map((file) => signer.sign(file)));
  assertEquals(count(house, FULCIO), 1);
  assertEquals(count(house, REKOR), 12);
});

Deno.test("openSigner() takes a new certificate before the old one ends", async () => {
  const house = await openHouse();
  const signer = signerOf(house);
  const [first, second] = files(2);
  await signer.sign(first!);
  await house.context.sleep(479_000);
  await signer.sign(first!);
  assertEquals(count(house, FULCIO), 1);
  await house.context.sleep(2000);
  await Promise.all([signer.sign(first!), signer.sign(second!)]);
  assertEquals(count(house, FULCIO), 2);
});

Deno.test("openSigner() signs again what was logged after its certificate's end", async () => {
  let isSlow = true;
  const house: SigningHouse = await openHouse({
    fetch: async (request, next) => {
      if (request.url.endsWith("/log/entries") && isSlow) {
        isSlow = false;
        await house.context.sleep(601_000);
      }
      return await next(request);
    },
  });
  const attestation = await signerOf(house).sign(WHEEL);
  assertEquals(count(house, FULCIO), 2);
  assertEquals(count(house, REKOR), 2);
  assertSigstoreAccepts(attestation, await house.sandbox.trustedRootJson());
});

Deno.test("openSigner() gives up where every entry is logged too late", async () => {
  const house: SigningHouse = await openHouse({
    fetch: async (request, next) => {
      if (request.url.endsWith("/log/entries")) {
        await house.context.sleep(601_000);
      }
      return await next(request);
    },
  });
  const error = await assertRejects(
    () => signerOf(house).sign(WHEEL),
    ReleasioError,
    "Rekor logs later than certificates last",
  );
  assertEquals(error.code, "sigstore-unavailable");
});

Deno.test("openSigner() signs the first entry of an empty log", async () => {
  const house = await openHouse({
    sigstore: { earlierEntries: 0, shardOffset: 0 },
  });
  const attestation = await signerOf(house).sign(WHEEL);
  const [entry] = attestation.verification_material.transparency_entries;
  // deno-lint-ignore no-explicit-any
  const { logIndex, inclusionProof } = entry as any;
  assertEquals([logIndex, inclusionProof.logIndex], ["0", "0"]);
  assertEquals(inclusionProof.hashes, []);
});

Deno.test("openSigner() verifies entries in trees of every shape", async () => {
  for (let earlierEntries = 1; earlierEntries < 18; earlierEntries++) {
    const house = await openHouse({ sigstore: { earlierEntries } });
    assertSigstoreAccepts(
      await signerOf(house).sign(WHEEL),
      await house.sandbox.trustedRootJson(),
    );
  }
});

Deno.test("openSigner() finds the entry whose answer was lost", async () => {
  const house = await openHouse();
  house.sandbox.fail({ match: REKOR, status: 504, takesEffect: true });
  await signerOf(house).sign(WHEEL);
  assertEquals(count(house, REKOR), 2);
  assertEquals(count(house, "GET /api/v1/log/entries/"), 1);
});

Deno.test("openSigner() finds the entry after a time-out that came too late", async () => {
  let isLost = false;
  const house = await openHouse({
    fetch: async (request, next) => {
      const response = await next(request);
      if (!request.url.endsWith("/log/entries") || isLost) return response;
      isLost = true;
      throw new TypeError("connection reset");
    },
  });
  await signerOf(house).sign(WHEEL);
  assertEquals(count(house, "GET /api/v1/log/entries/"), 1);
});

Deno.test("openSigner() does not follow an entry to another host", async () => {
  const error = await refusal({
    fetch: async (request, next) =>
      request.url.endsWith("/log/entries")
        ? new Response(null, {
          status: 409,
          headers: { location: "https://elsewhere.example/entry" },
        })
        : await next(request),
  });
  assertEquals(error.code, "sigstore-unavailable");
  assertStringIncludes(error.message, "does not say where");
});

Deno.test("openSigner() waits out trouble of both services", async () => {
  const house = await openHouse();
  house.sandbox.fail({ match: FULCIO, status: 503, times: 2 });
  house.sandbox.fail({
    match: REKOR,
    status: 429,
    headers: { "retry-after": "7" },
  });
  await signerOf(house).sign(WHEEL);
  assertEquals(house.context.slept.length, 3);
  assertEquals(house.context.slept.at(-1), 7000);
});

Deno.test("openSigner() gives up when trouble lasts", async () => {
  for (const line of [FULCIO, REKOR]) {
    const house = await openHouse();
    house.sandbox.fail({ match: line, status: 502, times: 99 });
    const error = await assertRejects(
      () => signerOf(house).sign(WHEEL),
      ReleasioError,
      "sandbox.example answered 502",
    );
    assertEquals(error.code, "sigstore-unavailable");
    assertEquals(count(house, line), 6);
  }
});

Deno.test("openSigner() says when Fulcio refuses the identity", async () => {
  const wrong = await refusal({}, (_, now) => github()("pypi", now));
  assertEquals(wrong.code, "sigstore-refused");
  assertStringIncludes(wrong.message, "401");
  const expired = await refusal(
    {},
    (audience, now) => github()(audience, now - 3600_000),
  );
  assertEquals(expired.code, "sigstore-refused");
});

Deno.test("openSigner() refuses a certificate for another key", async () => {
  const other = await openHouse();
  await signerOf(other).sign(WHEEL);
  const stranger = await crypto.subtle.generateKey(
    { name: "ECDSA", namedCurve: "P-256" },
    true,
    ["sign", "verify"],
  );
  assert(stranger);
  const foreign = await foreignCertificate();
  const error = await refusal(
    tampering(FULCIO, (answer) => {
      answer.signedCertificateEmbeddedSct.chain.certificates[0] = foreign;
    }),
  );
  assertEquals(error.code, "sigstore-unavailable");
  assertStringIncludes(error.message, "for another key");
});

async function foreignCertificate(): Promise<string> {
  let certificate = "";
  const house = await openHouse(tampering(FULCIO, (answer) => {
    [certificate] = answer.signedCertificateEmbeddedSct.chain.certificates;
  }));
  await signerOf(house).sign(WHEEL);
  return certificate;
}

Deno.test("openSigner() refuses answers of Fulcio without a certificate", async () => {
  for (
    const broken of [{}, { signedCertificateDetachedSct: {} }, {
      signedCertificateEmbeddedSct: { chain: { certificates: ["no PEM"] } },
    }]
  ) {
    const error = await refusal({
      fetch: async (request, next) =>
        request.url.endsWith("/signingCert")
          ? Response.json(broken, { status: 201 })
          : await next(request),
    });
    assertEquals(error.code, "sigstore-unavailable");
    assertStringIncludes(error.message, "no certificate");
  }
});

Deno.test("openSigner() refuses entries without promise, proof or body", async () => {
  const changes: [RegExp, (entry: Record<string, unknown>) => void][] = [
    [/no log entry/, (entry) => delete entry.verification],
    [
      /no log entry/,
      (entry) =>
        delete (entry.verification as Record<string, unknown>)
          .signedEntryTimestamp,
    ],
    [
      /no log entry/,
      (entry) =>
        delete (entry.verification as Record<string, unknown>).inclusionProof,
    ],
    [/no log entry/, (entry) => delete entry.body],
    [/no log entry/, (entry) => entry.logIndex = "7"],
    [/lead to the log's root|promise/, (entry) => entry.body = foreignBody()],
  ];
  for (const [reason, change] of changes) {
    const error = await refusal(
      tampering(REKOR, (answer) => change(Object.values(answer)[0] as never)),
    );
    assertEquals(error.code, "sigstore-unavailable");
    assert(reason.test(error.message), error.message);
  }
});

function foreignBody(): string {
  return btoa(JSON.stringify({
    apiVersion: "0.0.1",
    kind: "dsse",
    spec: { payloadHash: {}, signatures: [] },
  }));
}

Deno.test("openSigner() never sends a token in the clear", async () => {
  const { context, services, provider } = await openHouse();
  const signer = openSigner(context, {
    provider: provider(),
    publisher: { kind: "Google", email: "" },
    services: { ...services, fulcioUrl: "http://fulcio.example" },
  });
  await assertRejects(() => signer.sign(WHEEL), TypeError, "must be https");
});

Deno.test("attestFiles() signs a hundred files with one certificate, and asks for nothing twice", async () => {
  const house = await openHouse();
  const { attestations } = await attestFiles(house.context, {
    files: files(100),
    policy: "required",
    registry: PYPI,
    identity: {
      provider: house.provider(),
      claims: github()("pypi", house.context.now()),
    },
    services: house.services,
  });
  assertEquals(attestations.size, 100);
  assertEquals(count(house, FULCIO), 1);
  assertEquals(count(house, REKOR), 100);
  assertEquals(house.sandbox.state.requests.length, 101);
  assertEquals(house.tokens.length, 1);
});
