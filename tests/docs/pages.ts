/**
 * The pages for users, taken apart: snippets, headings and links.
 */

import { ROOT } from "../helpers/paths.ts";

/** One fenced block of a page. */
export interface Snippet {
  /** The page, relative to the repository. */
  readonly page: string;
  /** 1-based line of its fence. */
  readonly line: number;
  /** `toml`, `sh` and the like. */
  readonly language: string;
  /** Whether the fence says `ignore`: then it is read, and not run. */
  readonly isIgnored: boolean;
  /** What is between the fences. */
  readonly text: string;
  /**
   * The file that it is to be, from a first line such as `# .releasio.toml`;
   * else `null`.
   */
  readonly file: string | null;
}

/** One link of a page. */
export interface Link {
  readonly line: number;
  readonly target: string;
}

/** A page for users. */
export interface Page {
  /** Relative to the repository, such as `docs/setup.md`. */
  readonly path: string;
  readonly text: string;
  readonly snippets: readonly Snippet[];
  readonly links: readonly Link[];
  /** What a link's `#…` can name. */
  readonly anchors: ReadonlySet<string>;
}

/** The README and everything in `docs/`. */
export async function readPages(): Promise<Page[]> {
  const paths = ["README.md"];
  for await (const { name } of Deno.readDir(`${ROOT}docs`)) {
    if (name.endsWith(".md")) paths.push(`docs/${name}`);
  }
  return await Promise.all(
    paths.sort().map(async (path) =>
      parsePage(path, await Deno.readTextFile(`${ROOT}${path}`))
    ),
  );
}

/** Takes a page apart. */
export function parsePage(path: string, text: string): Page {
  const snippets: Snippet[] = [];
  const links: Link[] = [];
  const anchors = new Set<string>();
  let fence: { indent: string; info: string; line: number } | null = null;
  let body: string[] = [];
  for (
    const [index, line] of text.replaceAll("\r\n", "\n").split("\n").entries()
  ) {
    const [, indent, info] = /^(\s*)```(.*)$/.exec(line) ?? [];
    if (fence === null && info !== undefined) {
      fence = { indent: indent!, info: info.trim(), line: index + 1 };
      body = [];
    } else if (fence !== null && info === "") {
      snippets.push(toSnippet(path, fence, body));
      fence = null;
    } else if (fence !== null) {
      body.push(line.slice(fence.indent.length));
    } else {
      const heading = /^#{1,6} (.*)$/.exec(line)?.[1];
      if (heading !== undefined) anchors.add(anchorOf(heading));
      for (const [, target] of line.matchAll(/\]\(([^)\s]+)\)/g)) {
        links.push({ line: index + 1, target: target! });
      }
    }
  }
  if (fence !== null) throw new Error(`${path}:${fence.line}: no end`);
  return { path, text, snippets, links, anchors };
}

function toSnippet(
  page: string,
  { info, line }: { readonly info: string; readonly line: number },
  body: readonly string[],
): Snippet {
  const [language = "", ...words] = info.split(/\s+/);
  return {
    page,
    line,
    language,
    isIgnored: words.includes("ignore"),
    text: body.join("\n") + "\n",
    file: /^(?:#|\/\/) ([\w./-]+\.(?:toml|ya?ml|jsonc?|ts))$/.exec(
      body[0] ?? "",
    )?.[1] ?? null,
  };
}

/** A heading's anchor, as GitHub makes it. */
export function anchorOf(heading: string): string {
  return heading.trim().toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
}
