import { assert, assertEquals } from "@std/assert";
import { assertReleased, createWorld, filesOn } from "../release/world.ts";
import { interopTest } from "./python.ts";

/** A project whose back end is at hand, so that no build asks an index. */
function project(backend: string, requires: string, build: string) {
  return {
    ".gitignore": "dist/\nbuild/\n*.egg-info/\n__pycache__/\n",
    "README.md": "# Demo\n",
    "demo/__init__.py": '"""A demo."""\n',
    "pyproject.toml": `[build-system]
requires = ["${requires}"]
build-backend = "${backend}"

[project]
name = "demo"
version = "1.0"
description = "A demo"
readme = "README.md"
requires-python = ">=3.9"

${build}`,
  };
}

const SCRIPTED = `[tool.releasio.hooks]
build = "python -m build --no-isolation --outdir dist"
`;
const UV = `[tool.releasio.publish]
tool = "uv"

[tool.uv]
no-build-isolation = true
`;

const PROJECTS = {
  "hatchling, by uv": project("hatchling.build", "hatchling", UV),
  "hatchling, by a hook": project("hatchling.build", "hatchling", SCRIPTED),
  "setuptools, by a hook": project(
    "setuptools.build_meta",
    "setuptools",
    SCRIPTED,
  ),
};

for (const [title, files] of Object.entries(PROJECTS)) {
  interopTest(`release of a project built with ${title}`, async (python) => {
    await using world = await createWorld({ files });
    const { PATH } = python.env();
    const env = { PATH: PATH!, VIRTUAL_ENV: python.folder };
    const killed = await world.run(["release", "--execute"], {
      env,
      watch: (stderr, kill) => /^publish: /m.test(stderr) && kill(),
    });
    assert(/^publish: /m.test(killed.stderr), killed.stderr);
    const published = filesOn(world.pypi);
    // What is left of the build must not matter.
    await Deno.remove(`${world.project}/dist`, { recursive: true });
    const again = await world.run(["release", "--execute"], { env });
    assertEquals(again.code, 0, again.stderr);
    await assertReleased(world);
    assertEquals(filesOn(world.pypi), published);
  });
}
