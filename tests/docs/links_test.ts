import { assert } from "@std/assert";
import { dirname, join } from "node:path";
import { ROOT } from "../helpers/paths.ts";
import { anchorOf, readPages } from "./pages.ts";

const PAGES = await readPages();
const BY_PATH = new Map(PAGES.map((page) => [page.path, page]));
/** Where the repository is on the web: such a link must lead somewhere too. */
const HOME = "https://github.com/releasio/cli/blob/main/";

for (const { path, links } of PAGES) {
  Deno.test(`every link of ${path} leads somewhere`, async () => {
    for (const { line, target } of links) {
      const isOwn = target.startsWith(HOME);
      if (!isOwn && URL.canParse(target)) {
        assert(URL.parse(target)?.protocol === "https:", `${path}:${line}`);
        continue;
      }
      const [file, anchor] = target.replace(HOME, "").split("#");
      const to = isOwn
        ? file!
        : file === ""
        ? path
        : join(dirname(path), file!).replaceAll("\\", "/");
      await Deno.stat(`${ROOT}${to}`).catch(() => {
        throw new Error(`${path}:${line}: there is no ${to}`);
      });
      if (anchor === undefined) continue;
      assert(
        BY_PATH.get(to)?.anchors.has(anchor),
        `${path}:${line}: ${to} has no heading #${anchor}`,
      );
    }
  });
}

Deno.test("anchors are made as GitHub makes them", () => {
  const cases = [
    ["What it does", "what-it-does"],
    ["`[publish.publisher]`", "publishpublisher"],
    ["publisher-not-found", "publisher-not-found"],
    ["Do, and don't", "do-and-dont"],
  ];
  for (const [heading, anchor] of cases) {
    assert(anchorOf(heading!) === anchor, anchorOf(heading!));
  }
});
