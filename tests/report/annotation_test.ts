import { assertEquals } from "@std/assert";
import { annotation, openGroup } from "../../lib/report/annotation.ts";
import { assertInert, HOSTILE, HOSTILE_BODY } from "./samples.ts";

Deno.test("annotation() writes GitHub's command", () => {
  assertEquals(
    annotation("error", ["Bad name", "Rename it."], {
      file: "dist/x.whl",
      line: 3,
      title: "name-invalid",
    }),
    "::error file=dist/x.whl,line=3,title=name-invalid::Bad name%0ARename it.",
  );
  assertEquals(annotation("warning", ["100%", null]), "::warning::100%25");
});

Deno.test("annotation() encodes what would end a property", () => {
  assertEquals(
    annotation("notice", ["a,b:c"], { file: "a,b:c%d.whl" }),
    "::notice file=a%2Cb%3Ac%25d.whl::a,b:c",
  );
});

Deno.test("annotation() and openGroup() keep hostile text inside the command", () => {
  for (const text of [...HOSTILE, HOSTILE_BODY]) {
    const line = annotation("error", [text, text], { file: text, title: text });
    assertInert(line, { own: /^::error file=[^:,]*,title=[^:,]*::/ });
    assertInert(openGroup(text), { own: /^::group::/ });
  }
});
