import { assertEquals, assertThrows } from "@std/assert";
import {
  type Bytes,
  concat,
  decodeBase64,
  utf8,
} from "../../lib/attest/bytes.ts";
import {
  encodeDer,
  encodeOid,
  encodeUnsigned,
  readChildren,
  readDer,
  readOid,
  readUnsigned,
  TAG,
} from "../../lib/attest/der.ts";
import { envelopeJson, preAuthEncoding } from "../../lib/attest/dsse.ts";
import {
  curveOf,
  toDerSignature,
  verifyEcdsa,
} from "../../lib/attest/ecdsa.ts";
import { publishStatement } from "../../lib/attest/statement.ts";
import {
  publicGoodRoot,
  readTrustedRoot,
} from "../../lib/attest/trusted_root.ts";
import { DATE, SOURCE } from "../../lib/attest/data/public_good_root.ts";

const hex = (text: string): Bytes => Uint8Array.fromHex(text);

Deno.test("preAuthEncoding() is the specification's example, in bytes", () => {
  assertEquals(
    new TextDecoder().decode(
      preAuthEncoding(utf8("hello world"), "http://example.com/HelloWorld"),
    ),
    "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
  );
});

Deno.test("preAuthEncoding() counts bytes, not characters", () => {
  assertEquals(
    new TextDecoder().decode(preAuthEncoding(utf8("naïve"))),
    "DSSEv1 28 application/vnd.in-toto+json 6 naïve",
  );
});

Deno.test("publishStatement() says the name, the digest and the type", () => {
  const bytes = publishStatement({ filename: "a-1.tar.gz", sha256: "ab" });
  assertEquals(
    new TextDecoder().decode(bytes),
    '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a-1.tar.gz","digest":{"sha256":"ab"}}],"predicateType":"https://docs.pypi.org/attestations/publish/v1","predicate":null}',
  );
  assertEquals(
    JSON.parse(envelopeJson(utf8("x"), hex("ff"))),
    {
      payload: "eA==",
      payloadType: "application/vnd.in-toto+json",
      signatures: [{ keyid: "", sig: "/w==" }],
    },
  );
});

Deno.test("encodeDer() and readDer() agree on every length", () => {
  for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
    const der = encodeDer(TAG.octetString, new Uint8Array(length));
    assertEquals(readDer(der, TAG.octetString).content.length, length);
  }
});

Deno.test("readDer() refuses what is not DER", () => {
  const broken = [
    "",
    "04",
    "0402ff",
    "040100ff",
    "0480ff0000",
    "048101ff",
    "04820001ff",
    "0484000000ff",
    "1f0100",
  ];
  for (const bytes of broken) {
    assertThrows(() => readDer(hex(bytes)), SyntaxError);
  }
  assertThrows(() => readDer(hex("0401ff"), TAG.sequence), SyntaxError);
  assertThrows(() => readChildren(readDer(hex("30030401"))), SyntaxError);
});

Deno.test("encodeUnsigned() writes the fewest bytes, and never a minus", () => {
  const cases = [
    ["00", "020100"],
    ["0000", "020100"],
    ["7f", "02017f"],
    ["80", "02020080"],
    ["0001", "020101"],
    ["000080", "02020080"],
    ["ffff", "020300ffff"],
  ];
  for (const [number, der] of cases) {
    assertEquals(encodeUnsigned(hex(number!)).toHex(), der);
    const read = readUnsigned(readDer(hex(der!)), 4).toHex();
    assertEquals(read, number!.padStart(8, "0").slice(-8));
  }
});

Deno.test("readUnsigned() refuses numbers in other forms", () => {
  for (
    const der of ["0200", "020180", "02020001", "02050100000000", "040101"]
  ) {
    assertThrows(() => readUnsigned(readDer(hex(der)), 4), SyntaxError);
  }
});

Deno.test("encodeOid() and readOid() agree", () => {
  for (const oid of ["2.5.29.17", "1.3.6.1.4.1.57264.1.18", "2.999.3"]) {
    assertEquals(readOid(readDer(encodeOid(oid))), oid);
  }
  assertEquals(
    encodeOid("1.3.6.1.4.1.57264.1.8").toHex(),
    "060a2b0601040183bf300108",
  );
  assertThrows(() => readOid(readDer(hex("060180"))), SyntaxError);
  assertThrows(() => readOid(readDer(hex("0600"))), SyntaxError);
});

Deno.test("toDerSignature() keeps short and high numbers apart", () => {
  const one = new Uint8Array(32);
  one[31] = 1;
  const high = new Uint8Array(32).fill(0xff);
  assertEquals(
    toDerSignature(concat(one, high)).toHex(),
    `3026020101022100${"ff".repeat(32)}`,
  );
});

Deno.test("verifyEcdsa() takes no broken signature and no other key", async () => {
  const keys = await crypto.subtle.generateKey(
    { name: "ECDSA", namedCurve: "P-384" },
    true,
    ["sign", "verify"],
  );
  const spki = new Uint8Array(
    await crypto.subtle.exportKey("spki", keys.publicKey),
  );
  const data = utf8("data");
  const raw = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-384" },
    keys.privateKey,
    data,
  );
  const signature = toDerSignature(new Uint8Array(raw));
  assertEquals(curveOf(spki)?.name, "P-384");
  assertEquals(await verifyEcdsa(spki, signature, data, "SHA-384"), true);
  assertEquals(await verifyEcdsa(spki, signature, data, "SHA-256"), false);
  assertEquals(await verifyEcdsa(spki, utf8("none"), data, "SHA-384"), false);
  assertEquals(
    await verifyEcdsa(
      spki,
      encodeDer(TAG.sequence, encodeUnsigned(hex("01"))),
      data,
      "SHA-384",
    ),
    false,
  );
  const nowhere = spki.slice();
  nowhere.fill(7, -48);
  assertEquals(await verifyEcdsa(nowhere, signature, data, "SHA-384"), false);
  assertEquals(await verifyEcdsa(utf8("none"), signature, data), false);
});

Deno.test("decodeBase64() takes standard base64 alone", () => {
  assertEquals(decodeBase64("aGk="), utf8("hi"));
  assertEquals(decodeBase64("aG\nk="), utf8("hi"));
  for (const text of ["aGk", "-_-_", "?"]) {
    assertEquals(decodeBase64(text), null);
  }
});

Deno.test("publicGoodRoot() knows its authorities and logs", () => {
  const root = publicGoodRoot();
  assertEquals(root.authorities.length, 2);
  assertEquals(root.signatureLogs.length, 1);
  assertEquals(root.certificateLogs.length, 2);
  assertEquals(/^@sigstore\/tuf \d/.test(SOURCE), true);
  assertEquals(/^\d{4}-\d\d-\d\d$/.test(DATE), true);
});

Deno.test("readTrustedRoot() refuses what is none", () => {
  const good = { tlogs: [], ctlogs: [], certificateAuthorities: [] };
  assertEquals(readTrustedRoot(good).authorities, []);
  const broken = [
    null,
    {},
    { ...good, tlogs: [1] },
    { ...good, tlogs: [{}] },
    { ...good, tlogs: [{ publicKey: { rawBytes: "?" }, logId: {} }] },
    { ...good, certificateAuthorities: [{}] },
    {
      ...good,
      certificateAuthorities: [{
        certChain: { certificates: [{ rawBytes: "AAAA" }] },
      }],
    },
    {
      ...good,
      certificateAuthorities: [{
        certChain: { certificates: [] },
        validFor: { start: "yesterday" },
      }],
    },
  ];
  for (const root of broken) {
    assertThrows(() => readTrustedRoot(root), SyntaxError);
  }
});
