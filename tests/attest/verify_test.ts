import { assertEquals, assertRejects } from "@std/assert";
import { type Bytes, utf8 } from "../../lib/attest/bytes.ts";
import {
  EXTENSION,
  fromPem,
  readCertificate,
  toPem,
} from "../../lib/attest/certificate.ts";
import { encodeDer, encodeOid, TAG } from "../../lib/attest/der.ts";
import {
  type Attestation,
  type AttestationPublisher,
  publicGoodRoot,
  type TrustedRoot,
  verifyAttestation,
} from "../../lib/attest/mod.ts";
import { ReleasioError } from "../../lib/errors.ts";
import {
  type Authority,
  createAuthority,
  extension,
  newSerial,
  signingExtensions,
} from "../../lib/sandbox/authority.ts";
import { signTimestamp } from "../../lib/sandbox/ct_log.ts";
import { createLogKeys, type LogKeys } from "../../lib/sandbox/log_keys.ts";
import { assertSigstoreAccepts } from "./oracle.ts";
import {
  openHouse,
  PUBLISHER,
  signerOf,
  signStatement,
  statement,
  WHEEL,
} from "./signing.ts";

interface Golden {
  readonly filename: string;
  readonly sha256: string;
  readonly publisher: AttestationPublisher;
  readonly predicateType: string;
  readonly attestation: Attestation;
}

/** Of files on PyPI; Rekor has them as 153454663, 153454647, 149945774, 200170367. */
const GOLDEN: readonly Golden[] = JSON.parse(
  await Deno.readTextFile(
    new URL("../fixtures/attestations/public_good.json", import.meta.url),
  ),
);

const HOUSE = await openHouse();
const GOOD = await signerOf(HOUSE).sign(WHEEL);
const EXPECTED = {
  ...WHEEL,
  publisher: PUBLISHER,
  trustedRoot: HOUSE.services.trustedRoot,
};

/** The reason why an attestation is refused, and where PyPI would stumble. */
async function reasonOf(
  attestation: unknown,
  expected: Partial<typeof EXPECTED> = {},
): Promise<string> {
  const error = await assertRejects(
    () => verifyAttestation(attestation, { ...EXPECTED, ...expected }),
    ReleasioError,
    "Cannot verify attestation of",
  );
  assertEquals(error.code, "attestation-invalid");
  return `${error.details.kind}: ${error.details.reason}`;
}

/** A copy of the good attestation, changed. */
// deno-lint-ignore no-explicit-any
function changed(change: (attestation: any) => void): unknown {
  const copy = structuredClone(GOOD);
  change(copy);
  return copy;
}

// deno-lint-ignore no-explicit-any
function changedEntry(change: (entry: any) => void): unknown {
  return changed((attestation) =>
    change(attestation.verification_material.transparency_entries[0])
  );
}

Deno.test("verifyAttestation() takes what the public-good instance signed", async () => {
  for (const golden of GOLDEN) {
    const { filename, sha256, publisher, attestation } = golden;
    const { predicateType, signer } = await verifyAttestation(attestation, {
      filename,
      sha256,
      publisher,
      trustedRoot: publicGoodRoot(),
    });
    assertEquals(predicateType, golden.predicateType);
    assertEquals(
      signer.email ?? signer.repository?.split("/").slice(3).join("/"),
      publisher.kind === "Google" ? publisher.email : publisher.repository,
    );
  }
});

Deno.test("verifyAttestation() tells who signed, when and where", async () => {
  const verified = await verifyAttestation(JSON.stringify(GOOD), EXPECTED);
  assertEquals(verified, {
    predicateType: "https://docs.pypi.org/attestations/publish/v1",
    signer: {
      issuer: "https://token.actions.githubusercontent.com",
      repository: "https://github.com/example/demo",
      workflow:
        "https://github.com/example/demo/.github/workflows/release.yml@refs/heads/main",
      email: null,
    },
    time: HOUSE.context.now(),
    logIndex: 1007,
  });
});

Deno.test("verifyAttestation() takes the variants that PyPI takes", async () => {
  for (const predicate of [null, undefined, {}]) {
    const attestation = await signStatement(HOUSE, statement({ predicate }));
    await verifyAttestation(attestation, EXPECTED);
  }
  await verifyAttestation(
    changed((attestation) => attestation.note = "more"),
    EXPECTED,
  );
  await verifyAttestation(
    changed((attestation) => {
      const { envelope } = attestation;
      envelope.statement = envelope.statement.replace(/.{76}/g, "$&\n");
    }),
    EXPECTED,
  );
});

Deno.test("verifyAttestation() takes other spellings of the file's name", async () => {
  const names = [
    ["demo-1.0-py2.py3-none-any.whl", "demo-1.0-py3.py2-none-any.whl"],
    ["Demo_X-1.0-01a-py3-none-any.whl", "demo_x-1.0.0-1a-py3-none-any.whl"],
    ["demo.x-1.0.tar.gz", "demo_x-1.0.tar.gz"],
  ];
  for (const [name, filename] of names) {
    const attestation = await signStatement(
      HOUSE,
      statement({ subject: [{ name, digest: { sha256: WHEEL.sha256 } }] }),
    );
    await verifyAttestation(attestation, { ...EXPECTED, filename: filename! });
  }
});

Deno.test("verifyAttestation() refuses statements that PyPI refuses, and says why", async () => {
  const { sha256 } = WHEEL;
  const subject = (name: unknown, digest: unknown = { sha256 }) => ({
    subject: [{ name, digest }],
  });
  const cases: [changes: Record<string, unknown>, reason: string][] = [
    [
      { _type: "https://in-toto.io/Statement/v0.1" },
      'the statement is invalid: its type is "https://in-toto.io/Statement/v0.1", not "https://in-toto.io/Statement/v1"',
    ],
    [{ subject: [] }, "the statement is invalid: it names no subject"],
    [
      { subject: [...subject("a").subject, ...subject("b").subject] },
      "the statement is about 2 files, and must be about one",
    ],
    [
      subject(null),
      "the statement is invalid: its subject can't be read",
    ],
    [
      subject(WHEEL.filename, { md5: "0" }),
      "the statement is invalid: its subject can't be read",
    ],
    [
      subject("demo.whl"),
      'the statement is about "demo.whl", which is no distribution\'s name',
    ],
    [
      subject("demo-1.1-py3-none-any.whl"),
      'the statement is about "demo-1.1-py3-none-any.whl", not "demo-1.0-py3-none-any.whl"',
    ],
    [
      subject("demo-1.0.tar.gz"),
      'the statement is about "demo-1.0.tar.gz", not "demo-1.0-py3-none-any.whl"',
    ],
    [
      subject("demo-1.0-1-py3-none-any.whl"),
      'the statement is about "demo-1.0-1-py3-none-any.whl", not "demo-1.0-py3-none-any.whl"',
    ],
    [
      subject(WHEEL.filename, { sha256: "b".repeat(64) }),
      "the statement is about other bytes: its SHA-256 digest is not the file's",
    ],
    [
      subject(WHEEL.filename, { sha256: sha256.toUpperCase() }),
      "the statement's SHA-256 digest is in upper case",
    ],
    [
      subject(WHEEL.filename, { sha512: sha256 }),
      "the statement has no SHA-256 digest of the file",
    ],
    [
      { predicateType: "https://example.com/v1" },
      'PyPI takes no attestations of type "https://example.com/v1"',
    ],
    [{ predicateType: 1 }, "the statement is invalid: it has no type"],
    [{ predicate: [] }, "the statement is invalid: its predicate is no object"],
  ];
  for (const [changes, reason] of cases) {
    const attestation = await signStatement(HOUSE, statement(changes));
    assertEquals(await reasonOf(attestation), `verification: ${reason}`);
  }
  assertEquals(
    await reasonOf(await signStatement(HOUSE, [])),
    "verification: the statement is invalid: it is no JSON object",
  );
});

Deno.test("verifyAttestation() refuses another publisher, and says which", async () => {
  const github = PUBLISHER as AttestationPublisher & { kind: "GitHub" };
  const signed =
    "https://github.com/example/demo/.github/workflows/release.yml@refs/heads/main";
  const cases: [publisher: AttestationPublisher, reason: string][] = [
    [
      { ...github, repository: "example/other" },
      "the certificate's repository is https://github.com/example/demo, not https://github.com/example/other",
    ],
    [
      { ...github, repository: "Example/demo" },
      "the certificate's repository is https://github.com/example/demo, not https://github.com/Example/demo",
    ],
    [
      { ...github, workflow: "publish.yml" },
      `the certificate's workflow is ${signed}, not https://github.com/example/demo/.github/workflows/publish.yml@refs/heads/main`,
    ],
    [
      {
        kind: "GitLab",
        repository: "example/demo",
        workflow_filepath: ".gitlab-ci.yml",
      },
      "the certificate's identity provider is https://token.actions.githubusercontent.com, not https://gitlab.com",
    ],
    [
      { kind: "Google", email: "release@example.com" },
      "the certificate's identity provider is https://token.actions.githubusercontent.com, not https://accounts.google.com",
    ],
  ];
  for (const [publisher, reason] of cases) {
    assertEquals(
      await reasonOf(GOOD, { publisher }),
      `verification: ${reason}`,
    );
  }
  const google = GOLDEN.find(({ publisher }) => publisher.kind === "Google")!;
  assertEquals(
    await reasonOf(google.attestation, {
      publisher: { kind: "Google", email: "other@example.com" },
      trustedRoot: publicGoodRoot(),
    }),
    "verification: the certificate's account is 919436158236-compute@developer.gserviceaccount.com, not other@example.com",
  );
});

Deno.test("verifyAttestation() refuses objects of another shape", async () => {
  const cases: [attestation: unknown, reason: string][] = [
    ["no JSON", "it is no JSON object"],
    [[], "it is no JSON object"],
    [changed((it) => it.version = 2), "its version is 2, not 1"],
    [
      changed((it) => delete it.verification_material),
      "it has no verification material",
    ],
    [changed((it) => delete it.envelope), "it has no envelope"],
    [
      changed((it) => it.verification_material.transparency_entries = []),
      "it has no transparency log entry",
    ],
    [
      changed((it) => delete it.verification_material.certificate),
      "it has no certificate",
    ],
    [
      changed((it) => it.envelope.signature = "_-_-"),
      "its signature is not standard base64",
    ],
    [
      changed((it) => {
        const material = it.verification_material;
        material.certificate = toPem(
          "CERTIFICATE",
          Uint8Array.fromBase64(material.certificate),
        );
      }),
      "its certificate is not standard base64",
    ],
    [
      changed((it) => {
        const material = it.verification_material;
        material.certificate = Uint8Array.fromBase64(material.certificate)
          .toBase64({ alphabet: "base64url" });
      }),
      "its certificate is not standard base64",
    ],
  ];
  for (const [attestation, reason] of cases) {
    assertEquals(
      await reasonOf(attestation),
      `malformed: the attestation is malformed: ${reason}`,
    );
  }
});

Deno.test("verifyAttestation() refuses entries that PyPI can't read", async () => {
  const cases: [attestation: unknown, reason: string][] = [
    [
      changedEntry((entry) => entry.logIndex = Number(entry.logIndex)),
      "logIndex must be a string of digits",
    ],
    [changedEntry((entry) => entry.logIndex = "-1"), "logIndex is no integer"],
    [
      changedEntry((entry) => entry.note = "more"),
      "the entry has an unknown key, note",
    ],
    [
      changedEntry((entry) => entry.inclusionProof.note = "more"),
      "the inclusion proof has an unknown key, note",
    ],
    [
      changedEntry((entry) => delete entry.inclusionProof),
      "the entry has no inclusionProof",
    ],
    [
      changedEntry((entry) => delete entry.inclusionProof.checkpoint),
      "its inclusion proof has no checkpoint",
    ],
    [
      changedEntry((entry) => entry.inclusionProof.treeSize = "1"),
      "its index is beyond the tree's size",
    ],
    [
      changedEntry((entry) => entry.canonicalizedBody = "?"),
      "canonicalizedBody is not base64",
    ],
    [
      changedEntry((entry) => entry.inclusionProof.hashes = "none"),
      "hashes is no list",
    ],
    [
      changedEntry((entry) => entry.kindVersion.kind = 7),
      "kind is no text",
    ],
  ];
  for (const [attestation, reason] of cases) {
    assertEquals(
      await reasonOf(attestation),
      `conversion: the transparency log entry can't be read: ${reason}`,
    );
  }
  assertEquals(
    await reasonOf(changedEntry((entry) => delete entry.inclusionPromise)),
    "conversion: the transparency log entry has no inclusion promise, so its time can't be verified",
  );
  assertEquals(
    await reasonOf(
      changed((it) => it.verification_material.certificate = "AAAA"),
    ),
    "conversion: the certificate can't be read: it is no DER",
  );
});

Deno.test("verifyAttestation() refuses entries that prove nothing", async () => {
  const other = await signerOf(HOUSE).sign({
    ...WHEEL,
    sha256: "c".repeat(64),
  });
  // deno-lint-ignore no-explicit-any
  const [foreign] = other.verification_material.transparency_entries as any[];
  const cases: [attestation: unknown, reason: string][] = [
    [
      changedEntry((entry) => delete entry.integratedTime),
      "the transparency log entry has no integrated time",
    ],
    [
      changedEntry((entry) => entry.kindVersion.kind = "intoto"),
      "the transparency log entry is of the kind intoto 0.0.1, and PyPI takes dsse 0.0.1",
    ],
    [
      changedEntry((entry) =>
        entry.integratedTime = String(Number(entry.integratedTime) + 1)
      ),
      "the log's inclusion promise has a wrong signature",
    ],
    [
      changedEntry((entry) => entry.logIndex = "8"),
      "the log's inclusion promise has a wrong signature",
    ],
    [
      changedEntry((entry) =>
        entry.logId.keyId = new Uint8Array(32).toBase64()
      ),
      "the transparency log is not trusted",
    ],
    [
      changedEntry((entry) => entry.inclusionProof.hashes.pop()),
      "the inclusion proof does not lead to the log's root",
    ],
    [
      changedEntry((entry) =>
        entry.inclusionProof.hashes.push(entry.inclusionProof.hashes[0])
      ),
      "the inclusion proof does not lead to the log's root",
    ],
    [
      changedEntry((entry) => entry.inclusionProof.logIndex = "6"),
      "the inclusion proof does not lead to the log's root",
    ],
    [
      changedEntry((entry) => {
        const { checkpoint } = entry.inclusionProof;
        checkpoint.envelope = foreign.inclusionProof.checkpoint.envelope;
      }),
      "the log's checkpoint is of another tree than the proof",
    ],
    [
      changedEntry((entry) => {
        const { checkpoint } = entry.inclusionProof;
        checkpoint.envelope = checkpoint.envelope.replace(" - 1\n", " - 2\n");
      }),
      "the log's checkpoint has a wrong signature",
    ],
    [
      changedEntry((entry) => {
        const { checkpoint } = entry.inclusionProof;
        checkpoint.envelope = checkpoint.envelope.replace("\n\n", "\n");
      }),
      "the log's checkpoint can't be read",
    ],
    [
      changedEntry((entry) => {
        const { checkpoint } = entry.inclusionProof;
        checkpoint.envelope = checkpoint.envelope
          .replace(/\S+\n$/, `${new Uint8Array(40).toBase64()}\n`);
      }),
      "the log's checkpoint is not signed by the log",
    ],
    [
      changed((it) =>
        it.verification_material.transparency_entries = [foreign]
      ),
      "the transparency log entry is about another statement",
    ],
    [
      changed((it) => it.envelope.signature = other.envelope.signature),
      "the statement's signature is wrong",
    ],
    [
      changed((it) => it.envelope = other.envelope),
      "the statement's signature is wrong",
    ],
  ];
  for (const [attestation, reason] of cases) {
    assertEquals(await reasonOf(attestation), `verification: ${reason}`);
  }
});

Deno.test("verifyAttestation() refuses an entry of another signature of the statement", async () => {
  const again = await signStatement(HOUSE, statement());
  assertEquals(
    await reasonOf(changed((it) => {
      it.verification_material.transparency_entries =
        again.verification_material.transparency_entries;
      it.envelope.statement = again.envelope.statement;
      it.envelope.signature = again.envelope.signature;
    })),
    "verification: the statement's signature is wrong",
  );
});

Deno.test("verifyAttestation() refuses what was logged outside the certificate's time", async () => {
  const house = await openHouse();
  const attestation = await signStatement(house, statement(), 601_000);
  assertEquals(
    await reasonOf(attestation, { trustedRoot: house.services.trustedRoot }),
    "verification: the certificate was valid from 2026-01-01T00:00:00Z to 2026-01-01T00:10:00Z, and the signature was logged at 2026-01-01T00:10:01Z",
  );
  await verifyAttestation(
    await signStatement(house, statement(), 600_000),
    { ...EXPECTED, trustedRoot: house.services.trustedRoot },
  );
});

Deno.test("verifyAttestation() believes nobody but the trusted root", async () => {
  assertEquals(
    await reasonOf(GOOD, { trustedRoot: publicGoodRoot() }),
    "verification: the certificate was not issued by a trusted authority",
  );
  const { trustedRoot } = HOUSE.services;
  assertEquals(
    await reasonOf(GOOD, {
      trustedRoot: { ...trustedRoot, certificateLogs: [] },
    }),
    "verification: the certificate's timestamp (SCT) is by a log that is not trusted",
  );
  const [log] = trustedRoot.signatureLogs;
  assertEquals(
    await reasonOf(GOOD, {
      trustedRoot: {
        ...trustedRoot,
        signatureLogs: [{ ...log!, end: HOUSE.context.now() - 1 }],
      },
    }),
    "verification: the transparency log is not trusted",
  );
});

/** A forger whose authority and certificate log are trusted. */
async function forger() {
  const now = HOUSE.context.now();
  const { issuer, root } = await createAuthority(now);
  const log = await createLogKeys();
  const trustedRoot: TrustedRoot = {
    ...HOUSE.services.trustedRoot,
    authorities: [{
      chain: [issuer.certificate, root],
      start: 0,
      end: Infinity,
    }],
    certificateLogs: [{
      id: log.id.toHex(),
      spki: log.spki,
      start: 0,
      end: Infinity,
    }],
  };
  return { issuer, log, trustedRoot, now };
}

async function forge(
  { issuer, log, now }: { issuer: Authority; log: LogKeys; now: number },
  change: (extensions: Bytes[], timestamp: Bytes) => readonly Bytes[],
): Promise<unknown> {
  const { spki } = readCertificate(
    Uint8Array.fromBase64(GOOD.verification_material.certificate),
  );
  const extensions = [
    ...await signingExtensions(spki, issuer.certificate),
    extension(
      EXTENSION.subjectAltName,
      encodeDer(TAG.sequence, encodeDer(0x86, utf8("https://example.com"))),
      true,
    ),
  ];
  const draft = {
    serial: newSerial(),
    subject: null,
    spki,
    notBefore: now - 1000,
    notAfter: now + 1000,
    extensions,
  };
  const timestamp = await signTimestamp(
    log,
    issuer.encode(draft),
    issuer.certificate,
    now,
  );
  const certificate = await issuer.issue({
    ...draft,
    extensions: change(extensions, timestamp),
  });
  return changed((it) =>
    it.verification_material.certificate = certificate.toBase64()
  );
}

Deno.test("verifyAttestation() refuses certificates that Fulcio would not issue", async () => {
  const forgery = await forger();
  const { trustedRoot } = forgery;
  const without = (extensions: readonly Bytes[], oid: string) =>
    extensions.filter((der) => !der.toHex().includes(encodeOid(oid).toHex()));
  const cases: [
    change: (extensions: Bytes[], timestamp: Bytes) => readonly Bytes[],
    reason: string,
  ][] = [
    [
      (extensions) => extensions,
      "the certificate has no timestamp (SCT) of a log",
    ],
    [
      (extensions, timestamp) => [...extensions, twice(timestamp)],
      "the certificate has 2 timestamps (SCTs), and must have one",
    ],
    [
      (extensions) => [
        ...extensions,
        extension(
          EXTENSION.timestamps,
          encodeDer(TAG.octetString, new Uint8Array(9)),
        ),
      ],
      "the certificate has 0 timestamps (SCTs), and must have one",
    ],
    [
      (extensions) => [
        ...extensions,
        extension(
          EXTENSION.timestamps,
          encodeDer(TAG.octetString, new Uint8Array([0, 3, 0, 1, 0])),
        ),
      ],
      "the certificate's timestamp (SCT) can't be read",
    ],
    [
      (extensions, timestamp) => [
        ...extensions,
        extension("1.2.3.4", utf8("more")),
        timestamp,
      ],
      "the certificate's timestamp (SCT) has a wrong signature",
    ],
    [
      (extensions) => without(extensions, EXTENSION.extendedKeyUsage),
      "the certificate's key is not for signing code",
    ],
    [
      (extensions) => without(extensions, EXTENSION.keyUsage),
      "the certificate's key is not for signing",
    ],
    [
      (extensions) => without(extensions, EXTENSION.subjectAltName),
      "the certificate names nobody",
    ],
    [
      (extensions) => [
        ...extensions,
        extension("1.2.3.4", utf8("more"), true),
      ],
      "the certificate needs an unknown extension, 1.2.3.4",
    ],
    [
      (extensions, timestamp) => [...extensions, timestamp],
      "the certificate names no identity provider",
    ],
  ];
  for (const [change, reason] of cases) {
    assertEquals(
      await reasonOf(await forge(forgery, change), { trustedRoot }),
      `verification: ${reason}`,
    );
  }
});

/** The extension with its timestamp twice in the list. */
function twice(der: Bytes): Bytes {
  const list = der.slice(der.findIndex((_, i) =>
    // The list's length is that of its one timestamp and two bytes.
    i > 12 && der[i]! * 256 + der[i + 1]! === der.length - i - 2
  ));
  const one = list.slice(2);
  const length = 2 * one.length;
  return extension(
    EXTENSION.timestamps,
    encodeDer(
      TAG.octetString,
      new Uint8Array([length >> 8, length & 255, ...one, ...one]),
    ),
  );
}

Deno.test("fromPem() reads what toPem() writes, and nothing else", () => {
  const bytes = crypto.getRandomValues(new Uint8Array(200));
  assertEquals(fromPem("CERTIFICATE", toPem("CERTIFICATE", bytes)), bytes);
  assertEquals(fromPem("PUBLIC KEY", toPem("CERTIFICATE", bytes)), null);
  assertEquals(fromPem("CERTIFICATE", "none"), null);
});

Deno.test("sigstore's own verifier takes the attestation that others are made from", async () => {
  assertSigstoreAccepts(GOOD, await HOUSE.sandbox.trustedRootJson());
});
