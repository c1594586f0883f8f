/**
 * The tools that publish to an index, and how each is told where to and with
 * which credentials.
 *
 * @module
 */

import {
  parseRegistry,
  PYPI,
  type Registry,
  TESTPYPI,
} from "../config/registry.ts";
import { ReleasioError } from "../errors.ts";
import { findProgram, flagValue } from "./commands.ts";
import type { ShellCommand } from "./shell.ts";

/** One use of a tool that publishes. */
export interface Publishing {
  /** What runs, such as `twine upload`. */
  readonly tool: string;
  /** The index; `null` where only the run will tell. */
  readonly registry: Registry | null;
  /** What gives it a stored token, such as `TWINE_PASSWORD`; else `null`. */
  readonly token: string | null;
  /** Whether it can do without a stored token. */
  readonly canTrust: boolean;
  /** Whether it builds as well. */
  readonly builds: boolean;
}

/** A tool of the command line. */
interface Tool {
  readonly name: string;
  readonly subcommands: readonly string[];
  /** Flags and variables that name the index, the strongest first. */
  readonly registryFlags: readonly string[];
  readonly registryVariables: readonly string[];
  /** Flags and variables that hold a stored token. */
  readonly tokenFlags: readonly string[];
  readonly tokenVariables: readonly string[];
  readonly canTrust: boolean;
  /** When it builds: with every call, never, or with a flag. */
  readonly builds: boolean | string;
}

const TOOLS: readonly Tool[] = [
  {
    name: "releasio",
    subcommands: ["publish", "release"],
    registryFlags: ["-r", "--registry"],
    registryVariables: ["RELEASIO_PUBLISH_REGISTRY"],
    tokenFlags: [],
    tokenVariables: [],
    canTrust: true,
    builds: false,
  },
  {
    name: "uv",
    subcommands: ["publish"],
    registryFlags: ["--publish-url", "--index"],
    registryVariables: ["UV_PUBLISH_URL", "UV_PUBLISH_INDEX"],
    tokenFlags: ["-t", "--token", "-p", "--password"],
    tokenVariables: ["UV_PUBLISH_TOKEN", "UV_PUBLISH_PASSWORD"],
    canTrust: true,
    builds: false,
  },
  {
    name: "twine",
    subcommands: ["upload"],
    registryFlags: ["--repository-url", "-r", "--repository"],
    registryVariables: ["TWINE_REPOSITORY_URL", "TWINE_REPOSITORY"],
    tokenFlags: ["-p", "--password"],
    tokenVariables: ["TWINE_PASSWORD"],
    canTrust: true,
    builds: false,
  },
  {
    name: "pdm",
    subcommands: ["publish"],
    registryFlags: ["-r", "--repository"],
    registryVariables: ["PDM_PUBLISH_REPO"],
    tokenFlags: ["-P", "--password"],
    tokenVariables: ["PDM_PUBLISH_PASSWORD"],
    canTrust: true,
    builds: true,
  },
  {
    name: "maturin",
    subcommands: ["publish", "upload"],
    registryFlags: ["--repository-url", "-r", "--repository"],
    registryVariables: ["MATURIN_REPOSITORY_URL", "MATURIN_REPOSITORY"],
    tokenFlags: ["-p", "--password"],
    tokenVariables: ["MATURIN_PYPI_TOKEN", "MATURIN_PASSWORD"],
    canTrust: true,
    builds: false,
  },
  {
    name: "hatch",
    subcommands: ["publish"],
    registryFlags: ["-r", "--repo"],
    registryVariables: ["HATCH_INDEX_REPO"],
    tokenFlags: ["-a", "--auth"],
    tokenVariables: ["HATCH_INDEX_AUTH"],
    canTrust: false,
    builds: false,
  },
  {
    name: "poetry",
    subcommands: ["publish"],
    registryFlags: ["-r", "--repository"],
    registryVariables: [],
    tokenFlags: ["-p", "--password"],
    tokenVariables: [
      "POETRY_PYPI_TOKEN_PYPI",
      "POETRY_HTTP_BASIC_PYPI_PASSWORD",
    ],
    canTrust: false,
    builds: "--build",
  },
  {
    name: "flit",
    subcommands: ["publish"],
    registryFlags: ["--repository"],
    registryVariables: ["FLIT_INDEX_URL"],
    tokenFlags: [],
    tokenVariables: ["FLIT_PASSWORD"],
    canTrust: false,
    builds: true,
  },
];

/** Commands that build, as program and subcommand; `""` for none needed. */
const BUILDERS: Readonly<Record<string, readonly string[]>> = {
  "build": [],
  "pyproject-build": [],
  "cibuildwheel": [],
  "uv": ["build"],
  "hatch": ["build"],
  "poetry": ["build"],
  "flit": ["build"],
  "pdm": ["build"],
  "rye": ["build"],
  "maturin": ["build", "sdist"],
  "pip": ["wheel"],
  "releasio": ["release"],
};

/**
 * Reads a shell command as one that publishes.
 *
 * @param command The command
 * @param variables The environment that it runs in
 * @param fallback The index of our own tool, unless it is told another
 * @returns What it publishes with, or `null`
 */
export function readPublishingCommand(
  command: ShellCommand,
  variables: Readonly<Record<string, string>>,
  fallback: Registry,
): Publishing | null {
  const program = findProgram(command.words);
  const tool = TOOLS.find(({ name, subcommands }) =>
    name === program?.name && subcommands.includes(program.subcommand ?? "")
  );
  if (program === null || tool === undefined) return null;
  const { args } = program;
  const environment = { ...variables, ...command.variables };
  const isOurs = tool.name === "releasio";
  if (args.some((arg) => /^(?:-h|--help|--dry-run)$/.test(arg))) return null;
  if (isOurs && args.includes("-n")) return null;
  const mode = flagValue(args, ["--trusted-publishing"]) ??
    (isOurs ? environment.RELEASIO_PUBLISH_TRUSTED_PUBLISHING : undefined);
  const target = flagValue(args, tool.registryFlags) ??
    tool.registryVariables.map((name) => environment[name]).find(Boolean);
  const flag = flagValue(args, tool.tokenFlags);
  const token = mode === "never"
    ? "--trusted-publishing never"
    : flag !== null
    ? tool.tokenFlags.find((name) => args.some((arg) => arg.startsWith(name)))!
    : tool.tokenVariables.find((name) => environment[name]) ?? null;
  return {
    tool: `${tool.name} ${program.subcommand}`,
    registry: readTarget(target, isOurs ? fallback : PYPI),
    token,
    canTrust: tool.canTrust,
    builds: program.subcommand === "release" && !args.includes("--no-build") ||
      (typeof tool.builds === "string"
        ? args.includes(tool.builds)
        : tool.builds && !args.includes("--no-build")) ||
      tool.name === "maturin" && program.subcommand === "publish",
  };
}

/**
 * Reads a step's `uses` as one that publishes.
 *
 * @param uses The action with its version
 * @param inputs Its inputs
 * @param fallback The index of our own tool, unless it is told another
 * @returns What it publishes with, or `null`
 */
export function readPublishingAction(
  uses: string,
  inputs: Readonly<Record<string, string>>,
  fallback: Registry,
): Publishing | null {
  const name = uses.replace(/@.*$/, "").toLowerCase();
  switch (name) {
    case "pypa/gh-action-pypi-publish": {
      const url = inputs["repository-url"] ?? inputs.repository_url;
      return {
        tool: "pypa/gh-action-pypi-publish",
        registry: readTarget(url, PYPI),
        token: inputs.password ? "password" : null,
        canTrust: true,
        builds: false,
      };
    }
    case "releasio/cli": {
      const command = inputs.command || "publish";
      if (command !== "publish" && command !== "release") return null;
      if (/^(?:true|yes|on|1)$/i.test(inputs["dry-run"] ?? "")) return null;
      const url = inputs["repository-url"] ?? inputs.repository_url;
      return {
        tool: "releasio/cli",
        registry: readTarget(inputs.registry || url, fallback),
        token: inputs.password ? "password" : null,
        canTrust: true,
        // What is named was built elsewhere.
        builds: command === "release" &&
          !(inputs["packages-dir"] || inputs.packages_dir),
      };
    }
    case "pyo3/maturin-action":
      if (!/^(?:publish|upload)$/.test(inputs.command ?? "")) return null;
      return {
        tool: "PyO3/maturin-action",
        registry: /test-?pypi/i.test(inputs.args ?? "") ? TESTPYPI : PYPI,
        token: null,
        canTrust: true,
        builds: inputs.command === "publish",
      };
    default:
      return null;
  }
}

/** Where a tool is told to publish to. */
function readTarget(
  target: string | undefined,
  fallback: Registry,
): Registry | null {
  if (!target) return fallback;
  if (/test\.pypi\.org|^test-?(?:pypi)?$/i.test(target)) return TESTPYPI;
  // GitLab's own registry, which a job's own token is for.
  const isComputed = target.includes("$") && !/\bCI_\w+_URL\b/.test(target);
  if (isComputed) return null;
  if (/^(?:pypi|main)$/i.test(target)) return PYPI;
  try {
    return parseRegistry(target);
  } catch (error) {
    if (!(error instanceof ReleasioError)) throw error;
    // A name out of that tool's own configuration.
    return { name: target, kind: "other", uploadUrl: target, simpleUrl: null };
  }
}

/**
 * Whether a shell command builds distributions.
 *
 * @param command The command
 * @returns `true` for the usual build front ends
 */
export function isBuildCommand(command: ShellCommand): boolean {
  const { words } = command;
  if (words.includes("setup.py")) {
    return words.some((word) => /^(?:sdist|bdist_wheel|bdist)$/.test(word));
  }
  const program = findProgram(words);
  if (program === null) return false;
  const subcommands = Object.hasOwn(BUILDERS, program.name)
    ? BUILDERS[program.name]
    : undefined;
  if (subcommands === undefined) return false;
  return subcommands.length === 0 ||
    subcommands.includes(program.subcommand ?? "");
}

/**
 * Whether an action builds distributions.
 *
 * @param uses The action with its version
 * @returns `true` for the usual ones
 */
export function isBuildAction(uses: string): boolean {
  return /^(?:pypa\/cibuildwheel|pyo3\/maturin-action|hynek\/build-and-inspect-python-package)(?:\/|@)/i
    .test(uses);
}
