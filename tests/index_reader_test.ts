/** Publishing to an index that only its users may read. */

import {
  assert,
  assertEquals,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import type { Registry } from "../lib/config/registry.ts";
import { resolveConfig } from "../lib/config/resolve_config.ts";
import type { Settings } from "../lib/config/settings.ts";
import { denoContext } from "../lib/deno_context.ts";
import { publish, type PublishOptions } from "../lib/publish.ts";
import { testContext } from "./helpers/context.ts";
import { type FakeIndex, startFakeIndex } from "./helpers/fake_index.ts";
import { ROOT } from "./helpers/paths.ts";

const DEMO = `${ROOT}examples/demo/dist`;
const WHEEL = "releasio_demo-1.0.0-py3-none-any.whl";
const TOKEN = "correct-horse-battery";
const BASIC = `Basic ${btoa(`maker:${TOKEN}`)}`;

/** An index that shows what it has to one user, and what it was shown. */
function startPrivateIndex(
  { authorization = BASIC, status = 401 } = {},
): FakeIndex & { readonly shown: (string | null)[] } {
  const shown: (string | null)[] = [];
  const index = startFakeIndex({
    simple: (request) => {
      const header = request.headers.get("authorization");
      shown.push(header);
      if (header !== authorization) {
        return new Response(`not for ${header}`, { status });
      }
      const links = [...index.files].map(([name, digest]) =>
        `<a href="${name}#sha256=${digest}">`
      );
      return links.length === 0
        ? new Response("", { status: 404 })
        : new Response(links.join(), {
          headers: { "content-type": "text/html" },
        });
    },
  });
  return { ...index, shown };
}

/** Publishes the demo as `maker`. */
async function publishTo(
  registry: Registry,
  overrides: Partial<Settings> = {},
  { env = {}, ...options }: Partial<PublishOptions> & {
    readonly env?: Readonly<Record<string, string>>;
  } = {},
) {
  const real = denoContext();
  const context = {
    ...testContext({
      env: {
        RELEASIO_PYPI_TOKEN: TOKEN,
        RELEASIO_PUBLISH_USERNAME: "maker",
        ...env,
      },
    }),
    fetch: (request: Request) => fetch(request),
    openFile: real.openFile,
    readDirectory: real.readDirectory,
  };
  const { settings } = await resolveConfig(context, {});
  const report = await publish(context, {
    settings: { ...settings, registries: [registry], ...overrides },
    paths: [DEMO],
    ...options,
  });
  const finding = report.findings.find(({ code }) =>
    code === "index-unreadable"
  );
  assertNotMatch(JSON.stringify(report), new RegExp(`${TOKEN}|${btoa(TOKEN)}`));
  return {
    ...report,
    finding,
    statuses: report.runs[0]!.files.map(({ status }) => status),
  };
}

for (const status of [401, 403]) {
  Deno.test(`publish reads an index that answers ${status} as the user who uploads`, async () => {
    await using index = startPrivateIndex({ status });
    const first = await publishTo(index.registry, {}, { waitTimeout: 10 });
    assertEquals(first.exitCode, 0, first.error?.message);
    assertEquals(first.statuses, ["uploaded", "uploaded"]);
    assertEquals(first.finding, undefined);
    // Who lets everyone in is not told who is there.
    assertEquals(index.shown.slice(0, 2), [null, BASIC]);

    const again = await publishTo(index.registry, {}, { waitTimeout: 10 });
    assertEquals(again.exitCode, 0);
    assertEquals(again.statuses, ["existing", "existing"]);

    index.files.set(WHEEL, "0".repeat(64));
    const other = await publishTo(index.registry);
    assertEquals(other.exitCode, 5);
    assertEquals(other.error?.code, "file-conflict");
    assertEquals(index.uploads.length, 2);
  });
}

Deno.test("publish asks a private index after a lost answer whether the file arrived", async () => {
  await using index = startPrivateIndex();
  index.answers.push(async (_, store) => {
    await store();
    return new Response("", { status: 502 });
  });
  const { exitCode, statuses } = await publishTo(index.registry);
  assertEquals(exitCode, 0);
  assertEquals(statuses, ["uploaded", "uploaded"]);
  assertEquals(index.uploads.length, 2);
});

Deno.test("publish shows credentials to no other origin than that of the uploads", async () => {
  await using listing = startPrivateIndex();
  await using index = startFakeIndex();
  const { exitCode, finding } = await publishTo({
    ...index.registry,
    simpleUrl: listing.registry.simpleUrl,
  });
  assertEquals(exitCode, 0);
  assertEquals(listing.shown, [null]);
  assertEquals(
    finding?.hint,
    `The index wants credentials for reading. None are sent to 127.0.0.1:${listing.port}, since files are uploaded elsewhere.`,
  );
});

Deno.test("publish shows credentials to no place that a private index redirects to", async () => {
  await using elsewhere = startPrivateIndex();
  await using index = startFakeIndex({
    simple: (request) =>
      request.headers.has("authorization")
        ? Response.redirect(`${elsewhere.registry.simpleUrl}releasio-demo/`)
        : new Response("", { status: 401 }),
  });
  const { finding } = await publishTo(index.registry);
  assertStringIncludes(finding!.message, "redirects to another host");
  assertEquals(elsewhere.shown, []);
});

Deno.test("publish shows no credentials in a dry run", async () => {
  await using index = startPrivateIndex();
  const { exitCode, finding } = await publishTo(index.registry, {}, {
    dryRun: true,
  });
  assertEquals(exitCode, 0);
  assertEquals(index.shown, [null]);
  assertEquals(
    finding?.hint,
    "The index wants credentials for reading. A dry run sends none.",
  );
});

Deno.test("publish reads no index with trusted publishing's tokens, and no other token instead", async () => {
  await using index = startPrivateIndex();
  const { finding } = await publishTo(index.registry, {}, {
    env: { RELEASIO_OIDC_TOKEN: "a.b.c" },
  });
  assert(index.shown.every((header) => header === null));
  assertEquals(
    finding?.hint,
    "The index wants credentials for reading. Trusted publishing has none to read with.",
  );
});

Deno.test("publish shows PyPI's token to no index that may not have it", async () => {
  await using index = startPrivateIndex();
  // A macaroon that pypi.org made.
  const location = "pypi.org";
  const token = `pypi-${
    new Uint8Array([
      ...[2, 1, location.length],
      ...new TextEncoder().encode(location),
      ...[2, 1, 97, 0, 0, 6, 1, 98],
    ]).toBase64({ alphabet: "base64url", omitPadding: true })
  }`;
  const { exitCode, error } = await publishTo(index.registry, {}, {
    env: { RELEASIO_PYPI_TOKEN: token },
  });
  assertEquals([exitCode, error?.code], [4, "token-invalid"]);
  assertEquals(index.shown, [null]);
});

Deno.test("publish says that an index does not let its user read, and what that means for --skip-existing", async () => {
  await using index = startPrivateIndex({ authorization: "Basic other" });
  const { finding, statuses } = await publishTo(index.registry, {
    skipExisting: true,
  });
  assertEquals(statuses, ["uploaded", "uploaded"]);
  assertEquals(
    [finding?.message, finding?.hint],
    [
      `127.0.0.1:${index.port} does not let everyone read it (401): files that are there already can't be recognised, and may be replaced`,
      "The index wants credentials for reading. Those for uploading are not accepted: let their user read, too.",
    ],
  );
});
