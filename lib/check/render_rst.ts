/**
 * Descriptions in reStructuredText, rendered by docutils as PyPI does.
 *
 * Only `check` does this: it needs Python, and publishing never does.
 *
 * @module
 */

import type { Context } from "../context.ts";
import type { Distribution } from "../dist/distribution.ts";
import type { Finding } from "../findings.ts";
import { isRst } from "./content_type.ts";
import { valueOf, viewOfMetadata } from "./metadata_view.ts";
import { type Problem, type RuleInfo, toFinding } from "./rule.ts";

/** A description does not render. */
export const NOT_RENDERED: RuleInfo = {
  code: "description-not-rendered",
  severity: "error",
  summary:
    "docutils warns about a description in reStructuredText, or renders nothing (only `check` looks)",
  source: "https://pypi.org/help/#description-content-type",
  hint:
    "Correct the description, or set Description-Content-Type if it is not reStructuredText.",
};

/** Whether a description renders is not known. */
export const RENDERING_NOT_CHECKED: RuleInfo = {
  code: "description-rendering-not-checked",
  severity: "note",
  summary:
    "whether a description in reStructuredText renders was not checked: there is no python3 with docutils",
  source: "https://pypi.org/help/#description-content-type",
  hint: "Install it with: python3 -m pip install docutils.",
};

const TIMEOUT_MS = 10_000;
const NO_DOCUTILS = 3;

// Settings are those of PyPI's readme_renderer. No configuration file is read,
// nothing is included, and paths lead into an empty folder.
const SCRIPT = `
import io, json, os, sys, tempfile
try:
    from docutils.core import publish_parts
    from docutils.utils import SystemMessage
    from docutils.writers.html5_polyglot import HTMLTranslator, Writer
except ImportError:
    sys.exit(${NO_DOCUTILS})
text = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="").read()
settings = {
    "_disable_config": True,
    "doctitle_xform": False,
    "file_insertion_enabled": False,
    "halt_level": 2,
    "math_output": "MathJax /dummy.js",
    "raw_enabled": False,
    "report_level": 5,
    "sectsubtitle_xform": False,
    "smart_quotes": True,
    "strip_comments": True,
    "syntax_highlight": "short",
    "warning_stream": io.StringIO(),
}
class Translator(HTMLTranslator):
    def read_size_with_PIL(self, node):
        # PyPI opens no images, so that it can't scale them.
        return None
writer = Writer()
writer.translator_class = Translator
problem = None
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    try:
        parts = publish_parts(text, writer=writer, settings_overrides=settings)
        if not (parts.get("docinfo", "") + parts.get("fragment", "")).strip():
            problem = "it renders to nothing"
    except SystemMessage as message:
        problem = str(message).removeprefix("<string>:")
    os.chdir(os.sep)
print(json.dumps({"problem": problem}))
`;

/**
 * Renders the descriptions that are in reStructuredText.
 *
 * @param context Runs python3 with nothing in its environment but the `PATH`
 * @param distributions Whose descriptions
 * @returns What docutils says; a note if it could not be asked
 */
export async function checkRendering(
  context: Context,
  distributions: readonly Distribution[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const known = new Map<string, Promise<Outcome>>();
  for (const { filename, metadata } of distributions) {
    const view = viewOfMetadata(metadata);
    const description = valueOf(view, "description")?.value ?? "";
    const type = valueOf(view, "description-content-type")?.value;
    // A blank one is told by a rule of its own.
    if (description.trim() === "" || !isRst(type)) continue;
    const outcome = known.get(description) ?? render(context, description);
    known.set(description, outcome);
    const { rule, problem } = await outcome;
    if (rule) findings.push(toFinding(rule, filename, problem));
  }
  return findings;
}

/** What came of rendering: no rule, no problem. */
type Outcome =
  | { readonly rule: RuleInfo; readonly problem: Problem }
  | { readonly rule: null; readonly problem: null };

async function render(context: Context, text: string): Promise<Outcome> {
  let result;
  try {
    result = await context.run({
      command: "python3",
      args: ["-I", "-c", SCRIPT],
      env: { PATH: context.env("PATH") ?? "" },
      stdin: text,
      timeout: TIMEOUT_MS,
    });
  } catch {
    return notChecked("python3 can't be run");
  }
  if (result.code === NO_DOCUTILS) return notChecked("python3 has no docutils");
  if (result.code === -1) return notChecked("docutils took too long");
  const problem = result.code === 0 ? problemOf(result.stdout) : undefined;
  if (problem === undefined) return notChecked("docutils failed");
  if (problem === null) return { rule: null, problem: null };
  const [first = ""] = problem.split("\n");
  return {
    rule: NOT_RENDERED,
    problem: { message: `The description does not render: ${first}` },
  };
}

function notChecked(why: string): Outcome {
  return {
    rule: RENDERING_NOT_CHECKED,
    problem: {
      message: `Rendering of the description was not checked: ${why}`,
    },
  };
}

function problemOf(stdout: string): string | null | undefined {
  try {
    const { problem } = JSON.parse(stdout);
    return problem === null || typeof problem === "string"
      ? problem
      : undefined;
  } catch {
    return undefined;
  }
}
