import { assertEquals } from "@std/assert";
import type { Setting } from "../../lib/config/settings.ts";
import { renderSettings } from "../../lib/report/render_settings.ts";
import { Secret } from "../../lib/secret.ts";
import { assertInert, HOSTILE, HOSTILE_BODY } from "./samples.ts";

const SETTINGS: readonly Setting[] = [
  {
    key: "publish.enabled",
    value: true,
    origin: { kind: "default", name: "default" },
  },
  {
    key: "publish.registry",
    value: "https://test.pypi.org/legacy/",
    origin: { kind: "environment", name: "RELEASIO_PUBLISH_REGISTRY" },
  },
  {
    key: "publish.trusted_publishing",
    value: "auto",
    origin: { kind: "file", name: ".releasio.toml:3" },
  },
  {
    key: "publish.check_url",
    value: null,
    origin: { kind: "default", name: "default" },
  },
  {
    key: 'publish.publishers."https://a.example/legacy/".owner',
    value: "octo",
    origin: { kind: "file", name: ".releasio.toml:9" },
  },
];

Deno.test("renderSettings() shows every setting with its origin, as TOML", () => {
  assertEquals(
    renderSettings(SETTINGS, { colour: false }),
    `\
[publish]
enabled = true                              # default
registry = "https://test.pypi.org/legacy/"  # RELEASIO_PUBLISH_REGISTRY
trusted_publishing = "auto"                 # .releasio.toml:3
# check_url is not set                      # default

[publish.publishers."https://a.example/legacy/"]
owner = "octo"  # .releasio.toml:9`,
  );
});

Deno.test("renderSettings() writes lists and tables, and comments above long lines", () => {
  const origin = { kind: "flag", name: "--registry" } as const;
  assertEquals(
    renderSettings([
      { key: "allow_dirty", value: false, origin },
      {
        key: "registries",
        value: ["pypi", "https://pypi.example.com/a/long/way/down/to/legacy/"],
        origin,
      },
      {
        key: "publisher",
        value: { provider: "github", owner: "octo", environment: null },
        origin,
      },
    ], { colour: false }),
    `\
allow_dirty = false                                 # --registry
# --registry
registries = ["pypi", "https://pypi.example.com/a/long/way/down/to/legacy/"]
publisher = { provider = "github", owner = "octo" }  # --registry`,
  );
});

Deno.test("renderSettings() dims what nobody set", () => {
  assertEquals(
    renderSettings(SETTINGS.slice(0, 1), { colour: true }),
    "\x1b[1m[publish]\x1b[22m\n\x1b[2menabled = true  \x1b[2m# default\x1b[22m\x1b[22m",
  );
});

Deno.test("renderSettings() keeps hostile text inert, and secrets secret", () => {
  for (const text of [...HOSTILE, HOSTILE_BODY]) {
    const value = { [text]: [text], secret: new Secret("s3cret") };
    const shown = renderSettings([{
      key: `a.${text}`,
      value,
      origin: { kind: "file", name: text },
    }], { colour: false });
    assertInert(shown);
    assertEquals(shown.includes("s3cret"), false);
  }
});
