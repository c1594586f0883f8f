/**
 * Well-known projects, from PyPI to the sandbox and back.
 */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import {
  type DistributionFile,
  normalizeName,
  parseFilename,
  sha256,
} from "../../lib/dist/mod.ts";
import { runCli } from "../helpers/cli.ts";
import { startSandbox } from "../helpers/sandbox.ts";
import { pipInstall } from "./pip_install.ts";
import { python, type PythonTools } from "./python.ts";
import { realProjects } from "./real_projects.ts";
import { publish } from "./releasio.ts";

/** Projects of many kinds, by what builds them. */
const PROJECTS = {
  setuptools: ["certifi", "requests", "pytest", "boto3"],
  "setuptools with C": ["markupsafe", "psutil"],
  hatchling: ["attrs", "urllib3"],
  "hatchling, one of several in its repository": ["hatchling"],
  flit: ["idna", "click", "jinja2", "packaging", "wheel"],
  poetry: ["rich", "poetry-core"],
  maturin: ["orjson", "pydantic-core", "cryptography", "ruff"],
  meson: ["numpy"],
};

/** Those whose sdist is installed as well, with the back ends at hand. */
const FROM_SDIST = ["certifi", "idna", "rich"];

const files = typeof python === "string" ? null : await chosenFiles(python);

Deno.test({
  name:
    "well-known projects pass check and publish, and pip gets the same bytes back",
  ignore: files === null,
  fn: () => tryAll(python as PythonTools, files!),
});

async function tryAll(
  python: PythonTools,
  files: readonly DistributionFile[],
): Promise<void> {
  const projects = Object.values(PROJECTS).flat();
  const kinds = new Set(files.map(projectOf));
  assertEquals([...kinds].sort(), [...projects].sort());
  const paths = files.map(({ path }) => path);

  const checked = await runCli(["check", ...paths]);
  assertEquals(checked.code, 0, checked.stderr + checked.stdout);

  await using running = await startSandbox();
  const target = {
    uploadUrl: `${running.url}/legacy/`,
    password: running.sandbox.createApiToken(),
  };
  const published = await publish(target, paths);
  assertEquals(published.exitCode, 0, published.output);
  assertEquals([...new Set(Object.values(published.statuses))], ["uploaded"]);

  const digests = new Map<string, string>();
  for (const { filename, blob } of files) {
    digests.set(filename, await sha256(blob));
  }
  assertEquals(await listedDigests(running.url, projects), digests);

  const installed = await installWheels(python, running.url, projects);
  assertEquals(installed.size, projects.length);
  for (const [filename, digest] of installed) {
    assertEquals(digest, digests.get(filename), filename);
  }
  for (const project of FROM_SDIST) {
    const installed = await pipInstall(
      python,
      `${running.url}/simple/`,
      project,
      { fromSdist: true },
    );
    assert(installed.includes(`${project}/__init__.py`), installed.join());
  }
}

function projectOf({ filename }: DistributionFile): string {
  const name = parseFilename(filename);
  return name.kind === "invalid" ? "" : normalizeName(name.name);
}

/** Every file of the chosen projects; `null`, loudly, without PyPI. */
async function chosenFiles(
  python: PythonTools,
): Promise<DistributionFile[] | null> {
  const groups = await realProjects(python);
  const projects = Object.values(PROJECTS).flat();
  return groups === null ? null : [...groups.values()].flat()
    .filter((file) => projects.includes(projectOf(file)));
}

/** What the sandbox's index says of the files. */
async function listedDigests(
  url: string,
  projects: readonly string[],
): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for (const project of projects) {
    const response = await fetch(`${url}/simple/${project}/`, {
      headers: { accept: "application/vnd.pypi.simple.v1+json" },
    });
    const { files } = await response.json();
    for (const { filename, hashes } of files) {
      digests.set(filename, hashes.sha256);
    }
  }
  return digests;
}

/** Installs wheels for Linux, and gives the digests that pip reports. */
async function installWheels(
  python: PythonTools,
  url: string,
  projects: readonly string[],
): Promise<Map<string, string>> {
  const folder = await Deno.makeTempDir({ prefix: "releasio-wheels-" });
  const report = join(folder, "report.json");
  try {
    const platforms = [28, 27, 17, 12].map((minor) =>
      `--platform=manylinux_2_${minor}_x86_64`
    );
    const { code, output } = await python.run("python", [
      ...["-m", "pip", "install", "--no-deps", "--no-cache-dir"],
      ...["--index-url", `${url}/simple/`, "--target", join(folder, "all")],
      ...["--report", report, "--only-binary=:all:", "--python-version=3.12"],
      ...["--implementation=cp", "--abi=cp312", "--abi=abi3", "--abi=none"],
      ...[...platforms, "--platform=manylinux2014_x86_64", ...projects],
    ]);
    assertEquals(code, 0, output);
    interface Installed {
      readonly download_info: {
        readonly url: string;
        readonly archive_info: { readonly hashes: { readonly sha256: string } };
      };
    }
    const { install }: { readonly install: readonly Installed[] } = JSON.parse(
      await Deno.readTextFile(report),
    );
    return new Map(install.map(({ download_info: { url, archive_info } }) => [
      decodeURIComponent(new URL(url).pathname.split("/").at(-1)!),
      archive_info.hashes.sha256,
    ]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
