/**
 * The house rules that `deno lint` does not know.
 *
 * @module
 */

/** The folders of `lib/` in the order data flows; each imports from its left. */
const STAGES = [
  "config",
  "dist",
  "check",
  "plan",
  "oidc",
  "trust",
  "attest",
  "mint",
  "upload",
  "report",
  "release",
  "sandbox",
  "cli",
] as const;

/** May follow the stages, so stages may not import them. */
const STORIES = ["lib/publish.ts", "lib/release.ts"];

const plugin: Deno.lint.Plugin = {
  name: "releasio",
  rules: {
    "no-deno-namespace": {
      create(context) {
        const file = pathInRepository(context.filename);
        if (!isPortable(file)) return {};
        return {
          'Identifier[name="Deno"]'(node) {
            context.report({
              node,
              message: "The Deno namespace is out of reach here",
              hint: "Ask the Context for the effect, or move this to lib/cli/.",
            });
          },
        };
      },
    },
    "stage-order": {
      create(context) {
        const file = pathInRepository(context.filename);
        const check = (
          source: { value: unknown } | null | undefined,
          node: Deno.lint.Node,
        ) => {
          if (typeof source?.value !== "string") return;
          const target = resolveImport(file, source.value);
          if (target === undefined || mayImport(file, target)) return;
          context.report({
            node,
            message: `${file} must not import ${target}`,
            hint: `Data flows one way: ${STAGES.join(" -> ")}.`,
          });
        };
        return {
          ImportDeclaration: (node) => check(node.source, node),
          ExportNamedDeclaration: (node) => check(node.source, node),
          ExportAllDeclaration: (node) => check(node.source, node),
          ImportExpression: (node) =>
            check(node.source.type === "Literal" ? node.source : null, node),
        };
      },
    },
  },
};

export default plugin;

/** `lib/dist/wheel.ts`, whatever the repository's place and the system. */
function pathInRepository(filename: string): string {
  const path = filename.replaceAll("\\", "/");
  const root = new URL("..", import.meta.url).pathname
    .replace(/^\/(?=[A-Za-z]:)/, "");
  return path.startsWith(root) ? path.slice(root.length) : path;
}

/** Whether a file must run without Deno's own namespace. */
function isPortable(file: string): boolean {
  return file.startsWith("lib/") && !file.startsWith("lib/cli/") &&
    file !== "lib/deno_context.ts" && file !== "lib/deno_fetch.ts";
}

/** The path of what a relative import names; `undefined` for a package. */
function resolveImport(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return new URL(specifier, `file:///${file}`).pathname.slice(1);
}

function mayImport(file: string, target: string): boolean {
  const from = stageOf(file);
  if (from === undefined) {
    // The command line ends in lib/cli/; what the library offers never does.
    return !file.startsWith("lib/") || stageOf(target) !== "cli";
  }
  if (from === "cli") return true;
  if (STORIES.includes(target)) return from === "sandbox";
  const to = stageOf(target);
  if (to === undefined) return target.startsWith("lib/") || isData(target);
  return STAGES.indexOf(to) <= STAGES.indexOf(from);
}

function isData(target: string): boolean {
  return target.endsWith(".json");
}

function stageOf(file: string): typeof STAGES[number] | undefined {
  const folder = /^lib\/([^/]+)\//.exec(file)?.[1];
  return STAGES.find((stage) => stage === folder);
}
