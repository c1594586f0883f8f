import { assert, assertEquals } from "@std/assert";
import { code, link, markdown } from "../../lib/report/markdown.ts";
import { HOSTILE } from "./samples.ts";

Deno.test("markdown() leaves a plain sentence as it is", () => {
  assertEquals(
    markdown("400 Only one sdist (per release), see PEP 625."),
    "400 Only one sdist (per release), see PEP 625.",
  );
});

Deno.test("markdown() escapes markup, HTML, images, links and tables", () => {
  assertEquals(
    markdown("![x](y) *a* _b_ `c` | <img src=x> &amp; $x$ ~d~"),
    "\\!\\[x\\](y) \\*a\\* \\_b\\_ &#96;c&#96; \\| &lt;img src=x&gt; &amp;amp; &#36;x&#36; \\~d\\~",
  );
  assertEquals(markdown("- item"), "\\- item");
  assertEquals(markdown("# heading\n# two"), "\\# heading \\# two");
});

Deno.test("markdown() breaks mentions and bare links", () => {
  assertEquals(
    markdown("@octo www.a.example"),
    "@\u200bocto www.\u200ba.example",
  );
});

Deno.test("markdown() sets web addresses as code, to be copied and not clicked", () => {
  assertEquals(
    markdown("see https://pypi.org/help/#x for more"),
    "see `https://pypi.org/help/#x` for more",
  );
  assertEquals(
    markdown("Compare it with https://pypi.org/classifiers/; ours is of 2026."),
    "Compare it with `https://pypi.org/classifiers/`; ours is of 2026.",
  );
  assertEquals(markdown("http://x."), "`http://x`.");
});

Deno.test("code() outgrows the backticks in its text", () => {
  assertEquals(code("a"), "`a`");
  assertEquals(code("a`b``c"), "``` a`b``c ```");
  assertEquals(code("a|b"), "`a\\|b`");
  assertEquals(code(""), "");
});

Deno.test("link() takes web addresses alone", () => {
  assertEquals(
    link("demo", "https://pypi.org/project/demo/"),
    "[demo](https://pypi.org/project/demo/)",
  );
  assertEquals(link("x", "javascript:alert(1)"), "x");
  assertEquals(
    link("x", "https://a.example/) [y](z"),
    "[x](https://a.example/%29%20%5By%5D%28z)",
  );
});

Deno.test("Markdown functions keep hostile text on one line", () => {
  for (const text of HOSTILE) {
    for (const shown of [markdown(text), code(text)]) {
      assert(!shown.includes("\n"));
      assertEquals(shown.match(/(?!\u200b)[\p{Cc}\p{Cf}]/u), null);
    }
  }
});
