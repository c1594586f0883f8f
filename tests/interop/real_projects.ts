/**
 * Distributions of well-known projects, downloaded from PyPI by pip once and
 * kept outside the repository: some 320 MB.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- what is skipped must be seen

import { join } from "node:path";
import { denoContext } from "../../lib/deno_context.ts";
import type { DistributionFile } from "../../lib/dist/distribution.ts";
import { type PythonTools, UNREACHABLE } from "./python.ts";

/** Sixty projects, whose wheels for Linux are downloaded. */
const WHEELS = words(`
  aiohttp==3.14.5 attrs==26.1.0 bcrypt==5.0.0 black==26.10.1 boto3==1.44.5
  botocore==1.44.5 certifi==2026.10.18 cffi==2.1.1 click==8.5.1
  coverage==7.17.3 cryptography==50.0.2 django==6.1.3 duckdb==2.0.0
  fastapi==0.165.0 flask==3.1.3 flit-core==4.2.0 frozenlist==1.8.0
  greenlet==3.5.6 grpcio==1.85.1 h5py==3.16.0 hatchling==1.33.0 idna==3.20
  jinja2==3.1.6 lxml==6.1.3 markupsafe==3.0.4 matplotlib==3.11.2
  msgpack==1.2.4 multidict==7.2.1 mypy==2.4.1 numpy==2.5.5 orjson==3.13.0
  packaging==26.3 pandas==3.1.1 pillow==13.0.0 pip==26.3 poetry-core==2.5.0
  protobuf==7.36.2 psutil==7.2.2 pydantic-core==2.50.4 pynacl==1.6.2
  pytest==9.2.0 pyyaml==6.0.3 regex==2026.11.15 requests==2.34.2 rich==15.0.0
  ruff==0.17.6 scikit-learn==1.9.1 scipy==1.18.1 setuptools==84.2.1
  sphinx==9.1.1 sqlalchemy==2.1.9 tokenizers==0.23.3 tqdm==4.70.1
  urllib3==2.8.0 uv==0.13.9 uvloop==0.23.0 wheel==0.48.0 wrapt==2.5.2
  yarl==1.25.1 zstandard==0.25.0
`);

/** Those of them whose wheels for other platforms are downloaded, too. */
const BINARY_WHEELS = words(`
  cryptography==50.0.2 lxml==6.1.3 markupsafe==3.0.4 msgpack==1.2.4
  orjson==3.13.0 pillow==13.0.0 protobuf==7.36.2 psutil==7.2.2
  pydantic-core==2.50.4 pyyaml==6.0.3
`);

/** Sdists. pip runs what builds them, so these are pure Python. */
const SDISTS = words(`
  attrs==26.1.0 certifi==2026.10.18 click==8.5.1 django==5.2.19
  fastapi==0.165.0 flask==3.1.3 flit-core==4.2.0 hatchling==1.33.0 idna==3.20
  jinja2==3.1.6 packaging==26.3 poetry-core==2.5.0 pytest==9.2.0
  requests==2.34.2 rich==15.0.0 setuptools==84.2.1 sphinx==9.0.4 tqdm==4.70.1
  urllib3==2.8.0 wheel==0.48.0
`);

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/** What is downloaded together: a folder of its own. */
interface Group {
  readonly folder: string;
  readonly requirements: readonly string[];
  readonly options: readonly string[];
}

const GROUPS: readonly Group[] = [
  wheels("linux", WHEELS, [
    ...[28, 27, 26, 24, 17, 12, 5].map((minor) =>
      `manylinux_2_${minor}_x86_64`
    ),
    "manylinux2014_x86_64",
    "manylinux2010_x86_64",
    "manylinux1_x86_64",
  ]),
  wheels("macos", BINARY_WHEELS, [
    ...[15, 14, 12, 11].map((major) => `macosx_${major}_0_arm64`),
    "macosx_10_13_universal2",
    "macosx_10_9_universal2",
  ]),
  wheels("windows", BINARY_WHEELS, ["win_amd64"]),
  wheels("musl", BINARY_WHEELS, [
    "musllinux_1_2_x86_64",
    "musllinux_1_1_x86_64",
  ]),
  {
    folder: "sdists",
    requirements: SDISTS,
    options: ["--no-binary=:all:"],
  },
];

function wheels(
  folder: string,
  requirements: readonly string[],
  platforms: readonly string[],
): Group {
  return {
    folder,
    requirements,
    options: [
      ...["--only-binary=:all:", "--implementation=cp"],
      ...["--python-version=3.12", "--abi=cp312", "--abi=abi3", "--abi=none"],
      ...platforms.map((platform) => `--platform=${platform}`),
    ],
  };
}

/**
 * The files, downloaded if need be.
 *
 * @param python The Python tools
 * @returns The files of each group; `null`, loudly, where PyPI can't be reached
 */
export async function realProjects(
  python: PythonTools,
): Promise<ReadonlyMap<string, readonly DistributionFile[]> | null> {
  const groups = new Map<string, readonly DistributionFile[]>();
  for (const group of GROUPS) {
    const folder = join(python.cache, "projects", group.folder);
    if (
      !await isComplete(folder, group) && !await download(python, folder, group)
    ) {
      return null;
    }
    groups.set(group.folder, await openFiles(folder));
  }
  return groups;
}

async function isComplete(folder: string, group: Group): Promise<boolean> {
  const made = await Deno.readTextFile(join(folder, "requirements.txt"))
    .catch(() => "");
  return made === listOf(group);
}

function listOf({ requirements }: Group): string {
  return `${requirements.join("\n")}\n`;
}

async function download(
  python: PythonTools,
  folder: string,
  group: Group,
): Promise<boolean> {
  console.error(`Downloading ${group.requirements.length} files to ${folder}`);
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  const list = join(folder, "wanted.txt");
  await Deno.writeTextFile(list, listOf(group));
  // With the user's own environment: it knows the way to the index.
  const { success, stderr } = await new Deno.Command(python.program("python"), {
    args: [
      ...["-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"],
      ...["--ignore-requires-python", "--dest", folder],
      ...["--requirement", list, ...group.options],
    ],
    stdout: "null",
  }).output();
  if (!success) {
    const said = new TextDecoder().decode(stderr);
    if (!UNREACHABLE.test(said)) throw new Error(`pip failed\n${said}`);
    console.error("SKIPPED: well-known projects: PyPI can't be reached");
    return false;
  }
  await Deno.rename(list, join(folder, "requirements.txt"));
  return true;
}

async function openFiles(folder: string): Promise<DistributionFile[]> {
  const context = denoContext();
  const files: DistributionFile[] = [];
  for (const { name } of await context.readDirectory(folder)) {
    if (!/\.(?:whl|tar\.gz)$/.test(name)) continue;
    const path = join(folder, name);
    files.push({ path, filename: name, blob: await context.openFile(path) });
  }
  return files;
}
