import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  assertReleased,
  assetsOf,
  createWorld,
  filesOn,
  HOOKS,
  pyproject,
} from "./world.ts";

/** Where a run is killed: at a line that it prints, or at a request it makes. */
const KILLS: Readonly<
  Record<string, RegExp | ((request: Request) => boolean)>
> = {
  "the build": /^build: /m,
  "the check": /^check: /m,
  "the hook before": /^pre-release: /m,
  "the first file of the draft": isAsset(1),
  "the second file of the draft": isAsset(2),
  "the draft": /^draft: /m,
  "the identity": /^auth: /m,
  "the publishing": /^publish: /m,
  "the tag": /^tag: /m,
  "the hook after": /^post-release: /m,
  "the first change of the draft": isChange(1),
  "the last change of the release": isChange(2),
  "the release": /^release: /m,
};

function isAsset(nth: number): (request: Request) => boolean {
  let seen = 0;
  return ({ method, url }) =>
    method === "POST" && url.includes("/assets?") && ++seen === nth;
}

function isChange(nth: number): (request: Request) => boolean {
  let seen = 0;
  return ({ method }) => method === "PATCH" && ++seen === nth;
}

for (const [step, at] of Object.entries(KILLS)) {
  Deno.test(`release that is killed at ${step} is finished by running it again`, async () => {
    await using world = await createWorld({
      files: { "pyproject.toml": pyproject("1.0", HOOKS) },
    });
    let isKilled = false;
    let killNow = () => {};
    if (typeof at === "function") {
      world.api.intercept = (request) => {
        if (isKilled || !at(request)) return null;
        isKilled = true;
        killNow();
        return new Response(null, { status: 500 });
      };
    }
    const first = await world.run(["release", "--execute"], {
      watch(stderr, kill) {
        killNow = kill;
        if (at instanceof RegExp && at.test(stderr)) {
          isKilled = true;
          kill();
        }
      },
    });
    assert(isKilled, first.stderr);
    const again = await world.run(["release", "--execute"]);
    assertEquals(again.code, 0, again.stderr);
    await assertReleased(world);
    const posts = await Deno.readTextFile(`${world.folder}/post.txt`);
    assertStringIncludes(posts, "1.0 v1.0\n");
  });
}

Deno.test("release goes on with the files of a draft after the commit has moved on", async () => {
  await using world = await createWorld();
  await world.run(["release", "--execute"], {
    watch: (stderr, kill) => /^publish: /m.test(stderr) && kill(),
  });
  const released = await world.git("rev-parse", "HEAD");
  await world.write({ "more.txt": "more" });
  await world.commit("Move on");
  const { code, stderr } = await world.run(["release", "--execute"]);
  assertEquals(code, 0, stderr);
  assertEquals(await world.remoteTag("v1.0"), released);
  assertEquals(assetsOf(world.api, "v1.0"), filesOn(world.pypi));
});

Deno.test("release begins anew when the draft is of another commit and nothing is public", async () => {
  await using world = await createWorld();
  const refused = await world.run(["release", "--execute"], {
    env: {
      ...world.pypi.githubEnv({ workflow: "other.yml" }),
      RELEASIO_PUBLISH_REGISTRY: "",
    },
  });
  assertEquals(refused.code, 4, refused.stderr);
  assertEquals(world.api.releases.map(({ draft }) => draft), [true]);
  await world.write({ "more.txt": "more" });
  await world.commit("Mend it");
  const { code, stderr } = await world.run(["release", "--execute"]);
  assertEquals(code, 0, stderr);
  await assertReleased(world);
});
