import {
  assert,
  assertArrayIncludes,
  assertEquals,
  assertMatch,
} from "@std/assert";
import { parse, parseDocument } from "yaml";
import { findPypircSection } from "../../lib/config/pypirc.ts";
import { PYPI } from "../../lib/config/registry.ts";
import { resolveConfig } from "../../lib/config/resolve_config.ts";
import config from "../../deno.json" with { type: "json" };
import schema from "../../docs/releasio.schema.json" with { type: "json" };
import { testContext } from "../helpers/context.ts";
import { fileTree } from "../helpers/files.ts";
import { validate } from "../helpers/json_schema.ts";
import { readPages, type Snippet } from "./pages.ts";

const PAGES = await readPages();
const SNIPPETS = PAGES.flatMap(({ snippets }) => snippets);

/** How each language is tested; `sh` and `ts` have tests of their own. */
const CHECKS: Readonly<
  Record<string, (snippet: Snippet) => void | Promise<void>>
> = {
  toml: checkToml,
  yaml: checkYaml,
  ini: checkPypirc,
  json: ({ text }) => checkJson(text),
  jsonc: ({ text }) => checkJson(text.replaceAll(/^\s*\/\/.*$/gm, "")),
  sh: () => {},
  ts: () => {},
  // What is printed, and what is typed into forms.
  text: () => {},
};

for (const { path, snippets } of PAGES) {
  if (snippets.length === 0) continue;
  Deno.test(`every snippet of ${path} is of a kind that is tested`, () => {
    for (const { language, line } of snippets) {
      assert(language in CHECKS, `${path}:${line}: \`\`\`${language}`);
    }
  });
}

for (const [language, check] of Object.entries(CHECKS)) {
  const its = SNIPPETS.filter((snippet) => snippet.language === language);
  Deno.test(`every ${language} snippet is what it seems to be`, async () => {
    for (const snippet of its) {
      try {
        await check(snippet);
      } catch (cause) {
        const { page, line } = snippet;
        throw new Error(`${page}:${line}: ${(cause as Error).message}`, {
          cause,
        });
      }
    }
  });
}

Deno.test("few snippets are read and not run", () => {
  const ignored = SNIPPETS.filter(({ isIgnored }) => isIgnored);
  const places = ignored.map(({ page, line }) => `${page}:${line}`);
  assert(ignored.length * 10 <= SNIPPETS.length, places.join(", "));
});

Deno.test("every page pins this version of the package", () => {
  for (const { path, text } of PAGES) {
    for (const [name, version] of text.matchAll(/@releasio\/cli@([\d.]+)/g)) {
      assertEquals(version, config.version, `${path}: ${name}`);
    }
  }
});

/** Settings resolve as they would from their file. */
async function checkToml({ text, file }: Snippet): Promise<void> {
  const name = file ??
    (/^\[(?:project|build-system|tool\.)/m.test(text)
      ? "pyproject.toml"
      : ".releasio.toml");
  const { file: found } = await resolveConfig(
    testContext(fileTree({ [name]: text })),
  );
  if (/^\[(?:tool\.releasio|publish)/m.test(text)) {
    assertEquals(found?.path, name);
  }
}

function checkPypirc({ text }: Snippet): void {
  assert(findPypircSection(text, PYPI) !== null, "no section for PyPI");
}

const WORKFLOW_KEYS = [
  ...["name", "run-name", "on", "permissions", "env", "defaults"],
  ...["concurrency", "jobs"],
];
const JOB_KEYS = [
  ...["name", "permissions", "needs", "if", "runs-on", "environment", "env"],
  ...["outputs", "defaults", "steps", "timeout-minutes", "strategy", "uses"],
  ...["continue-on-error", "container", "services", "with", "secrets"],
  "concurrency",
];
const STEP_KEYS = [
  ...["id", "if", "name", "uses", "run", "working-directory", "shell", "with"],
  ...["env", "continue-on-error", "timeout-minutes"],
];
const GITLAB_GLOBAL_KEYS = [
  ...["stages", "default", "include", "variables", "workflow", "cache"],
];
const GITLAB_JOB_KEYS = [
  ...["stage", "image", "script", "before_script", "after_script", "rules"],
  ...["needs", "dependencies", "artifacts", "id_tokens", "environment"],
  ...["variables", "tags", "extends", "cache", "retry", "timeout", "parallel"],
  ...["interruptible", "services", "release", "when", "allow_failure"],
  "resource_group",
];

type Table = Readonly<Record<string, unknown>>;

/** A workflow has known keys and pinned actions; so has a part of one. */
function checkYaml({ text, file }: Snippet): void {
  const document = parseDocument(text, { uniqueKeys: true });
  assertEquals(document.errors, []);
  const value = parse(text);
  checkPins(text);
  if (isTable(value) && (file?.includes("gitlab-ci") || "id_tokens" in value)) {
    return checkGitlab(value);
  }
  if (!isTable(value) || !("jobs" in value)) return;
  assertArrayIncludes(WORKFLOW_KEYS, Object.keys(value));
  for (const job of Object.values(value.jobs as Table)) {
    assert(isTable(job), "a job is a table");
    assertArrayIncludes(JOB_KEYS, Object.keys(job));
    for (const step of (job.steps ?? []) as Table[]) {
      assertArrayIncludes(STEP_KEYS, Object.keys(step));
      assert("uses" in step !== "run" in step, "a step either uses or runs");
    }
  }
  // A whole workflow says when it runs, and grants no more than it needs.
  if ("on" in value) assert("permissions" in value, "no `permissions:`");
}

function checkGitlab(value: Table): void {
  for (const [name, job] of Object.entries(value)) {
    if (GITLAB_GLOBAL_KEYS.includes(name)) continue;
    assert(isTable(job), `${name} is no job`);
    assertArrayIncludes(GITLAB_JOB_KEYS, Object.keys(job), name);
  }
}

/** Somebody else's action is pinned to a commit, its version beside it. */
function checkPins(text: string): void {
  for (const [, action] of text.matchAll(/^\s*(?:- )?uses: (.+)$/gm)) {
    if (action!.startsWith("./") || action!.startsWith("releasio/")) continue;
    assertMatch(action!, /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v[\d.]+$/);
  }
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A document of ours is as its schema says. */
function checkJson(text: string): void {
  const value = JSON.parse(text);
  if ("schema" in value) assertEquals(validate(schema, value), []);
}
