/**
 * The command line: the tree of commands. Each command's body is loaded when
 * it runs.
 *
 * @module
 */

import { Command, ValidationError } from "@cliffy/command";
import { CompletionsCommand } from "@cliffy/command/completions";
import {
  type CommandBody,
  type GlobalFlags,
  printError,
  runCommand,
} from "./lib/cli/command.ts";
import { openTerminal } from "./lib/cli/terminal.ts";
import { ReleasioError } from "./lib/errors.ts";
import { VERSION } from "./lib/version.ts";

/** A flag as the tree takes it: its spelling, what it does, how it is read. */
type Flag = readonly [
  flags: string,
  description: string,
  options?: { readonly collect?: boolean },
];

/** One command of the tree, as data. */
interface CommandSpec {
  readonly name: string;
  readonly description: string;
  /** Operands, such as `[dist...]`. */
  readonly operands?: string;
  readonly flags: readonly Flag[];
  readonly examples: readonly (readonly [title: string, command: string])[];
  /** Whether only `action.yml` knows of it. */
  readonly isHidden?: boolean;
  /** Loads the body. */
  readonly load: () => Promise<CommandBody>;
}

// Help has 80 columns: what describes a flag or a command has up to 39.
const GLOBAL_FLAGS: readonly Flag[] = [
  ["-C, --project <dir:string>", "The project's folder."],
  ["--config <file:string>", "The configuration file."],
  ["--json", "Print the result as a JSON document."],
  ["-q, --quiet", "Print errors only."],
  ["-v, --verbose", "Print more, causes of errors included."],
  ["--no-color", "Print without colour."],
];

const EXPECT: Flag = [
  "--expect <glob:string>",
  "A file that must be there; repeatable.",
  { collect: true },
];
const TAG: Flag = [
  "--tag <tag:string>",
  "The tag that every version must match.",
];

const REHEARSE_FLAGS: readonly Flag[] = [
  [
    "--trusted-publishing <when:string>",
    "When to use it: auto, always or never.",
  ],
  ["--skip-existing", "Pass over names with other bytes there."],
  ["--check-url <url:string>", "The index's Simple API, to look at."],
  ["-n, --dry-run", "Stop before anything is sent."],
  [
    "--attestations <policy:string>",
    "Sign files: required, preferred or off.",
  ],
  ["--no-check", "Leave out the checks."],
  ["-j, --jobs <n:integer>", "Uploads at a time, 1 to 16."],
  ["--wait", "Wait until the index lists every file."],
  ["--wait-timeout <seconds:integer>", "Wait that long at most (300)."],
  EXPECT,
  TAG,
  ["--events <file:string>", "Write events to a file, as NDJSON."],
  ["--dotenv <file:string>", "Write GitLab's dotenv report to a file."],
];

const REGISTRY: Flag = [
  "-r, --registry <registry:string>",
  "pypi, testpypi or a URL; repeatable.",
  { collect: true },
];

/** What is meant for one set of files makes no sense for a release. */
const RELEASE_TAKES =
  /^(?:--trusted-publishing|--skip-existing|--attestations|-j|--wait|--events)/;

const COMMANDS: readonly CommandSpec[] = [
  {
    name: "publish",
    description: "Publish distributions to an index.",
    operands: "[dist...:string]",
    flags: [REGISTRY, ...REHEARSE_FLAGS],
    examples: [
      ["Publish all of dist/ to PyPI", "releasio publish"],
      ["See what would happen", "releasio publish --dry-run"],
      ["TestPyPI first, then PyPI", "releasio publish -r testpypi -r pypi"],
      ["Some files only", 'releasio publish "dist/*.whl"'],
    ],
    load: async () => (await import("./lib/cli/publish.ts")).runPublish,
  },
  {
    name: "release",
    description: "Build, publish, tag, release on GitHub.",
    flags: [
      ["--execute", "Do it; without this it is a preview."],
      REGISTRY,
      ["--release-version <version:string>", "The version that it must be."],
      ["--no-build", "The distributions are built already."],
      ["--skip-publish", "Leave out the index: tag and release."],
      ...REHEARSE_FLAGS.filter(([flags]) => RELEASE_TAKES.test(flags)),
    ],
    examples: [
      ["See what would happen", "releasio release"],
      ["Release this commit", "releasio release --execute"],
      [
        "Release what another job built",
        "releasio release --execute --no-build",
      ],
    ],
    load: async () => (await import("./lib/cli/release.ts")).runRelease,
  },
  {
    name: "action",
    description: "Do what the inputs of action.yml ask for.",
    flags: [],
    examples: [],
    isHidden: true,
    load: async () => (await import("./lib/cli/action.ts")).runAction,
  },
  {
    name: "check",
    description: "Find what an index would refuse.",
    operands: "[dist...:string]",
    flags: [EXPECT, TAG],
    examples: [
      ["Check all of dist/", "releasio check"],
      ["Check against a tag", "releasio check --tag v1.2.3"],
    ],
    load: async () => (await import("./lib/cli/check.ts")).runCheck,
  },
  {
    name: "rehearse",
    description: "Publish to a sandbox on this machine.",
    operands: "[dist...:string]",
    flags: REHEARSE_FLAGS,
    examples: [
      ["Rehearse the release of dist/", "releasio rehearse"],
      ["Rehearse another project's", "releasio -C ../other rehearse"],
    ],
    load: async () => (await import("./lib/cli/rehearse.ts")).runRehearse,
  },
  {
    name: "serve",
    description: "Serve the sandbox: index and identity.",
    flags: [
      ["-p, --port <port:integer>", "The port (any free one)."],
      ["--data <dir:string>", "Keep what is uploaded in a folder."],
      [
        "--publisher <publisher:string>",
        "owner/repo/workflow[@env]:project; repeatable.",
        { collect: true },
      ],
      [
        "--pending <publisher:string>",
        "The same, for one that does not exist yet.",
        { collect: true },
      ],
      ["--api-token <token:string>", "An API token that it accepts."],
    ],
    examples: [
      [
        "A pending publisher",
        "releasio serve --pending octo/demo/release.yml:demo",
      ],
    ],
    load: async () => (await import("./lib/cli/serve.ts")).runServe,
  },
  {
    name: "verify",
    description: "Verify the attestations of a file.",
    operands: "<file:string> [attestation:string]",
    flags: [
      ["-r, --registry <registry:string>", "The index to ask for them."],
      [
        "--trusted-root <file:string>",
        "Whom to believe instead of Sigstore.",
      ],
    ],
    examples: [
      [
        "A file and its attestations",
        "releasio verify dist/demo-1.0.tar.gz",
      ],
    ],
    load: async () => (await import("./lib/cli/verify.ts")).runVerify,
  },
  {
    name: "doctor",
    description: "Find what stops trusted publishing.",
    flags: [
      ["-r, --registry <registry:string>", "The index to look at."],
      ["--fix", "Make the changes that can do no harm."],
      ["--name <project:string>", "The project, if its files don't tell."],
      ["--exchange", "In CI: try the exchange for an upload token."],
      ["--allow-pending", "Even if that creates the project."],
      ["--offline", "Ask no index whether the project is there."],
    ],
    examples: [
      ["Look over workflows and settings", "releasio doctor"],
      ["In CI, the whole exchange", "releasio doctor --exchange"],
    ],
    load: async () => (await import("./lib/cli/doctor.ts")).runDoctor,
  },
  {
    name: "init",
    description: "Write settings and a release workflow.",
    flags: [
      ["-y, --yes", "Ask nothing."],
      ["--name <project:string>", "The project on PyPI."],
      ["--repository <repository:string>", "The repository, as owner/name."],
      ["--workflow <file:string>", "The workflow's file name (release.yml)."],
      ["--environment <name:string>", "Of the publishing job (pypi)."],
      ["--testpypi", "Publish to TestPyPI first."],
      ["--gitlab", "Write a GitLab pipeline."],
      ["--force", "Overwrite what is there."],
      ["--offline", "Ask no index whether the project is there."],
    ],
    examples: [
      ["Ask what the files don't tell", "releasio init"],
      ["Ask nothing", "releasio init --yes --testpypi"],
    ],
    load: async () => (await import("./lib/cli/init.ts")).runInit,
  },
  {
    name: "config",
    description: "Show every setting and its origin.",
    flags: [REGISTRY],
    examples: [["All settings, as JSON", "releasio config --json"]],
    load: async () => (await import("./lib/cli/config.ts")).runConfig,
  },
  {
    name: "claims",
    description: "Show the claims of this job's identity.",
    flags: [["-r, --registry <registry:string>", "The index to ask as."]],
    examples: [["What TestPyPI would see", "releasio claims -r testpypi"]],
    load: async () => (await import("./lib/cli/claims.ts")).runClaims,
  },
];

const COMMAND_NAMES: ReadonlySet<string> = new Set([
  ...COMMANDS.map(({ name }) => name),
  "completions",
]);

/**
 * Runs the command line.
 *
 * @param args The arguments, without the program's name
 * @returns The exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  const terminal = openTerminal({ colour: !args.includes("--no-color") });
  // As everywhere, version and help answer whatever else is given. The library
  // takes them alone, and colours its version line wherever it is printed to.
  if (args.some((arg) => arg === "--version" || arg === "-V")) {
    terminal.out(`releasio ${VERSION}`);
    return 0;
  }
  const name = args.find((arg) => COMMAND_NAMES.has(arg));
  const isHelp = args.some((arg) => arg === "--help" || arg === "-h");
  let exitCode = 0;
  const tree = new Command()
    .name("releasio")
    .description("Publish Python packages to PyPI with trusted publishing.")
    .version(VERSION)
    .help({ colors: terminal.outColour })
    .throwErrors();
  for (const [flags, description, options] of GLOBAL_FLAGS) {
    tree.globalOption(flags, description, { ...options });
  }
  tree.action(() => tree.showHelp());
  for (const spec of COMMANDS) {
    tree.command(
      spec.name,
      buildCommand(spec, async (flags, operands) => {
        exitCode = await runCommand(spec.name, spec.load, flags, operands);
      }),
    );
  }
  tree.command("completions", new CompletionsCommand());
  try {
    await tree.parse(
      isHelp ? [...name === undefined ? [] : [name], "--help"] : [...args],
    );
    return exitCode;
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    return await printError(
      new ReleasioError("usage", error.message, {
        hint: "See `releasio --help`, and `releasio <command> --help`.",
      }),
      {
        command: name ?? "",
        terminal,
        globals: { json: args.includes("--json") },
      },
    );
  }
}

function buildCommand(
  spec: CommandSpec,
  run: (flags: GlobalFlags, operands: string[]) => Promise<void>,
) {
  const command = new Command().description(spec.description);
  for (const [flags, description, options] of spec.flags) {
    command.option(flags, description, { ...options });
  }
  for (const [title, example] of spec.examples) {
    command.example(title, example);
  }
  if (spec.operands !== undefined) command.arguments(spec.operands);
  if (spec.isHidden) command.hidden();
  return command.action(
    (flags: unknown, ...operands: unknown[]) =>
      run(flags as GlobalFlags, operands as string[]),
  );
}

if (import.meta.main) Deno.exit(await main(Deno.args));
