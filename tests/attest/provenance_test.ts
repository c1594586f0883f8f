import { assertEquals, assertRejects } from "@std/assert";
import {
  type CompareOptions,
  compareProvenance,
  fetchProvenance,
} from "../../lib/attest/mod.ts";
import { PYPI } from "../../lib/config/registry.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { testContext } from "../helpers/context.ts";
import { openHouse, PUBLISHER, signerOf, WHEEL } from "./signing.ts";

const FILE = { filename: WHEEL.filename, project: "demo", version: "1.0" };
const SIGNED = await signerOf(await openHouse()).sign(WHEEL);
const OTHER = await signerOf(await openHouse()).sign(WHEEL);

/** An index that answers one thing after the other, the last one for ever. */
function indexOf(...answers: (() => Response)[]) {
  const urls: string[] = [];
  const context = testContext({
    fetch: (request) => {
      urls.push(request.url);
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      return Promise.resolve(answer());
    },
  });
  return { context, urls };
}

function provenance(...attestations: unknown[]) {
  return () =>
    Response.json({
      version: 1,
      attestation_bundles: [{ publisher: PUBLISHER, attestations }],
    });
}

const none = () => Response.json({ message: "none" }, { status: 404 });

function options(changes: Partial<CompareOptions> = {}): CompareOptions {
  return {
    registry: PYPI,
    attestations: new Map([[FILE.filename, [JSON.stringify(SIGNED)]]]),
    policy: "preferred",
    timeout: 60_000,
    ...changes,
  };
}

Deno.test("fetchProvenance() asks the Integrity API of the index", async () => {
  const { context, urls } = indexOf(provenance(SIGNED));
  const bundles = await fetchProvenance(context, PYPI, FILE);
  assertEquals(urls, [
    `https://pypi.org/integrity/demo/1.0/${FILE.filename}/provenance`,
  ]);
  assertEquals(bundles, [{ publisher: PUBLISHER, attestations: [SIGNED] }]);
});

Deno.test("fetchProvenance() knows an index without provenance from one that talks nonsense", async () => {
  for (const status of [403, 404]) {
    const { context } = indexOf(() => new Response(null, { status }));
    assertEquals(await fetchProvenance(context, PYPI, FILE), null);
  }
  const nonsense = [
    () => new Response("<html>"),
    () => Response.json({ version: 2 }),
    () => Response.json({ version: 1, attestation_bundles: [{}] }),
    provenance({}),
    () => new Response(null, { status: 406 }),
  ];
  for (const answer of nonsense) {
    const { context } = indexOf(answer);
    const error = await assertRejects(
      () => fetchProvenance(context, PYPI, FILE),
      ReleasioError,
      "Cannot read the provenance",
    );
    assertEquals(error.code, "server-error");
  }
});

Deno.test("compareProvenance() waits until the index shows what was sent", async () => {
  const { context } = indexOf(none, none, provenance(OTHER, SIGNED));
  assertEquals(await compareProvenance(context, [FILE], options()), []);
  assertEquals(context.slept.length, 2);
});

Deno.test("compareProvenance() compares bytes: PyPI breaks base64 into lines", async () => {
  const broken = structuredClone(SIGNED) as {
    envelope: { statement: string };
  };
  broken.envelope.statement = broken.envelope.statement
    .replace(/.{76}/g, "$&\n");
  const { context } = indexOf(provenance(broken));
  assertEquals(await compareProvenance(context, [FILE], options()), []);
});

Deno.test("compareProvenance() asks nothing of files that went up without", async () => {
  const { context, urls } = indexOf(none);
  await compareProvenance(
    context,
    [FILE],
    options({ attestations: new Map() }),
  );
  assertEquals(urls, []);
});

Deno.test("compareProvenance() refuses other attestations, whatever the policy", async () => {
  const { context } = indexOf(provenance(OTHER));
  const error = await assertRejects(
    () => compareProvenance(context, [FILE], options()),
    ReleasioError,
  );
  assertEquals(error.code, "provenance-different");
});

Deno.test("compareProvenance() warns of missing ones under preferred, and fails under required", async () => {
  const [finding] = await compareProvenance(
    indexOf(none).context,
    [FILE],
    options(),
  );
  assertEquals([finding?.code, finding?.severity], [
    "provenance-missing",
    "warning",
  ]);
  const error = await assertRejects(
    () =>
      compareProvenance(
        indexOf(none).context,
        [FILE],
        options({ policy: "required" }),
      ),
    ReleasioError,
  );
  assertEquals(error.code, "provenance-missing");
});
