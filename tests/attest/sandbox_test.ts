import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Attestation } from "../../lib/attest/mod.ts";
import { checkAttestations } from "../../lib/sandbox/attestations.ts";
import { MerkleTree } from "../../lib/sandbox/merkle_tree.ts";
import { Refusal } from "../../lib/sandbox/refusal.ts";
import { utf8 } from "../../lib/attest/bytes.ts";
import { hashLeaf, rootOf } from "../../lib/attest/merkle.ts";
import { openHouse, ORIGIN, signerOf, WHEEL } from "./signing.ts";
import { DEMO_PUBLISHER } from "../helpers/sandbox.ts";

const PREFIX = "Invalid attestations supplied during upload: ";
const HOUSE = await openHouse();
const GOOD = await signerOf(HOUSE).sign(WHEEL);

type Upload = Parameters<typeof checkAttestations>[1];

async function check(
  attestations: unknown,
  changes: Partial<Upload> = {},
): Promise<void> {
  await checkAttestations(
    typeof attestations === "string"
      ? attestations
      : JSON.stringify(attestations),
    {
      ...WHEEL,
      publisher: DEMO_PUBLISHER,
      trustedRoot: () => Promise.resolve(HOUSE.services.trustedRoot),
      ...changes,
    },
  );
}

function changed(change: (attestation: Record<string, unknown>) => void) {
  const copy: Attestation = structuredClone(GOOD);
  change(copy as unknown as Record<string, unknown>);
  return copy;
}

Deno.test("the sandbox takes attestations that verify, and uploads without", async () => {
  await check([GOOD]);
  await check("");
});

Deno.test("the sandbox refuses attestations in PyPI's words", async () => {
  const cases: [unknown, string, Partial<Upload>?][] = [
    [
      [GOOD],
      "Attestations are only supported when using Trusted Publishing",
      { publisher: null },
    ],
    [
      [GOOD],
      "Attestations are not currently supported with ActiveState publishers",
      {
        publisher: {
          provider: "activestate",
          organization: "example",
          project: "demo",
          actor: "octo",
        },
      },
    ],
    ["no JSON", "Malformed attestations: "],
    [{}, "Malformed attestations: "],
    [
      [changed((it) => it.version = 2)],
      "Malformed attestations: the attestation is malformed: its version is 2",
    ],
    [
      [],
      "Malformed attestations: an empty attestation set is not permitted",
    ],
    [
      [GOOD, GOOD, GOOD],
      "A maximum of 2 attestations per file are supported",
    ],
    [
      [GOOD],
      "Could not verify the uploaded artifact using the included attestation: Verification failed: the statement is about other bytes",
      { sha256: "b".repeat(64) },
    ],
    [
      [GOOD],
      "Could not verify the uploaded artifact using the included attestation: Verification failed: the certificate's workflow is",
      { publisher: { ...DEMO_PUBLISHER, workflow: "other.yml" } },
    ],
    [
      [
        changed((it) => {
          const material = it.verification_material as {
            transparency_entries: Record<string, unknown>[];
          };
          material.transparency_entries[0]!.logIndex = 7;
        }),
      ],
      "Unknown error while trying to verify included attestations: ",
    ],
    [
      [GOOD, GOOD],
      "Multiple attestations for the same file with the same predicate type (https://docs.pypi.org/attestations/publish/v1) are not supported",
    ],
  ];
  for (const [attestations, reason, changes] of cases) {
    const refusal = await assertRejects(
      () => check(attestations, changes),
      Refusal,
    );
    assertEquals(refusal.status, 400);
    assertStringIncludes(refusal.message, PREFIX + reason);
  }
});

Deno.test("the sandbox's Fulcio wants a token for it, a key and its proof", async () => {
  const ask = async (body: unknown) =>
    (await HOUSE.sandbox.handle(
      new Request(`${ORIGIN}/api/v2/signingCert`, {
        method: "POST",
        body: JSON.stringify(body),
      }),
    )).status;
  const { token } = await HOUSE.provider().acquire(HOUSE.context, "sigstore");
  const credentials = { oidcIdentityToken: token.reveal() };
  assertEquals(await ask({}), 401);
  assertEquals(await ask({ credentials: { oidcIdentityToken: "x.y.z" } }), 401);
  assertEquals(await ask({ credentials }), 400);
  const { publicKey } = await crypto.subtle.generateKey(
    { name: "ECDSA", namedCurve: "P-256" },
    true,
    ["sign", "verify"],
  );
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
  const content =
    `-----BEGIN PUBLIC KEY-----\n${spki.toBase64()}\n-----END PUBLIC KEY-----\n`;
  const publicKeyRequest = {
    publicKey: { algorithm: "ECDSA", content },
    proofOfPossession: new Uint8Array(70).toBase64(),
  };
  assertEquals(await ask({ credentials, publicKeyRequest }), 400);
});

/** What OpenSSL made of a key that nobody has any more. */
const SIGNING_REQUEST = `-----BEGIN CERTIFICATE REQUEST-----
MIHKMHMCAQAwETEPMA0GA1UEAwwGbm9ib2R5MFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAENsix3he9OMn2JU7kYCCwAPS9xQBCbAnPVxB+bismX9RgGhqoc+asrfgC
N8mSidjmjx23KTJ2bbu9iV3PJjwJN6AAMAoGCCqGSM49BAMCA0cAMEQCIBvsoM0a
14ekK1Sap+FwGsWI4RNjwvGFhfm+nbI8U2SAAiAWiTxfKlgXdDBh59mGQA+lsEWa
gkPJ6jy+Lz20FE1D4A==
-----END CERTIFICATE REQUEST-----
`;

Deno.test("the sandbox's Fulcio takes a signing request with a bearer token", async () => {
  const { token } = await HOUSE.provider().acquire(HOUSE.context, "sigstore");
  const ask = async (
    pem: string,
    authorization = `Bearer ${token.reveal()}`,
  ) => {
    const response = await HOUSE.sandbox.handle(
      new Request(`${ORIGIN}/api/v2/signingCert`, {
        method: "POST",
        headers: { authorization },
        body: JSON.stringify({ certificateSigningRequest: btoa(pem) }),
      }),
    );
    const { message } = await response.json();
    return [response.status, message];
  };
  assertEquals(await ask(SIGNING_REQUEST), [200, undefined]);
  assertEquals(await ask(SIGNING_REQUEST, "Bearer x.y.z"), [
    401,
    "There was an error processing the identity token",
  ]);
  // The name in it, `nobody`, begins with another letter: not what was signed.
  const changed = SIGNING_REQUEST.replace("AwwGbm9ib", "AwwGTm9ib");
  assertEquals(await ask(changed), [
    400,
    "The signature supplied in the request could not be verified",
  ]);
  for (
    const broken of ["", SIGNING_REQUEST.replace("-----\nM", "-----\nA")]
  ) {
    assertEquals(await ask(broken), [
      400,
      "The certificate signing request could not be parsed",
    ]);
  }
});

Deno.test("the sandbox's Rekor logs only what it can verify", async () => {
  const send = async (body: unknown) => {
    const response = await HOUSE.sandbox.handle(
      new Request(`${ORIGIN}/api/v1/log/entries`, {
        method: "POST",
        body: JSON.stringify(body),
      }),
    );
    return [response.status, (await response.json()).message];
  };
  const envelope = JSON.stringify({
    payload: GOOD.envelope.statement,
    payloadType: "application/vnd.in-toto+json",
    signatures: [{ sig: new Uint8Array(70).toBase64() }],
  });
  const proposedContent = { envelope, verifiers: [btoa("no certificate")] };
  const dsse = { kind: "dsse", apiVersion: "0.0.1", spec: { proposedContent } };
  const cases: [unknown, string][] = [
    [{ ...dsse, kind: "hashedrekord" }, "only dsse"],
    [{ ...dsse, apiVersion: "0.0.2" }, "unsupported apiVersion"],
    [{ ...dsse, spec: {} }, "are required"],
    [
      {
        ...dsse,
        spec: { proposedContent: { envelope: "{}", verifiers: ["x"] } },
      },
      "one payload and one signature",
    ],
    [dsse, "could not verify envelope"],
  ];
  for (const [body, message] of cases) {
    const [status, text] = await send(body);
    assertEquals(status, 400);
    assertStringIncludes(text, message);
  }
});

Deno.test("MerkleTree leads from every leaf of every tree to its root", async () => {
  const tree = new MerkleTree();
  for (let size = 1; size <= 33; size++) {
    tree.append(utf8(`leaf ${size - 1}`));
    for (let index = 0; index < size; index++) {
      const leaf = await hashLeaf(utf8(`leaf ${index}`));
      const hashes = tree.path(index);
      assertEquals(
        await rootOf(leaf, { index, size, hashes }),
        tree.root(),
      );
    }
  }
});

Deno.test("MerkleTree has the roots of RFC 6962's reference tree", () => {
  // The test vectors of Certificate Transparency's reference implementation.
  const leaves = ["", "00", "10", "2021", "3031", "40414243"];
  const roots = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  ];
  const tree = new MerkleTree();
  for (const [i, leaf] of leaves.entries()) {
    tree.append(Uint8Array.fromHex(leaf));
    assertEquals(tree.root().toHex(), roots[i]);
  }
});

Deno.test("rootOf() wants a path of the right length", async () => {
  const leaf = await hashLeaf(utf8("leaf"));
  assertEquals(await rootOf(leaf, { index: 0, size: 2, hashes: [] }), null);
  assertEquals(await rootOf(leaf, { index: 0, size: 1, hashes: [leaf] }), null);
  assertEquals(await rootOf(leaf, { index: 0, size: 1, hashes: [] }), leaf);
});
