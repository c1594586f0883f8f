import { assertEquals } from "@std/assert";
import { findProgram } from "../../lib/trust/commands.ts";
import { shellCommands } from "../../lib/trust/shell.ts";

function words(script: string): string[] {
  return shellCommands(script).map(({ words }) => words.join(" "));
}

Deno.test("shellCommands() splits lists, pipelines and substitutions", () => {
  assertEquals(
    words("a && b || c; d | e & f\ng $(h i) `j`\n(k)"),
    ["a", "b", "c", "d", "e", "f", "g $", "h i", "j", "k"],
  );
});

Deno.test("shellCommands() joins continued lines, and counts them", () => {
  const [first, second] = shellCommands("a \\\n  b \\\n  c\nd");
  assertEquals([first?.words, first?.line], [["a", "b", "c"], 0]);
  assertEquals([second?.words, second?.line], [["d"], 3]);
});

Deno.test("shellCommands() reads quotes, comments and expressions", () => {
  assertEquals(words("echo \"a; b\" 'c && d' # e; f\ng#h"), [
    "echo a; b c && d",
    "g#h",
  ]);
  assertEquals(words("a ${{ x && 'y' }} b"), ["a ${{ x && 'y' }} b"]);
  assertEquals(words("a 'no end\nb"), ["a no end", "b"]);
});

Deno.test("shellCommands() passes over here documents", () => {
  assertEquals(words("cat <<'EOF' > x\nuv publish\nEOF\nls"), [
    "cat > x",
    "ls",
  ]);
});

Deno.test("shellCommands() keeps what is assigned before a command, and exported", () => {
  const [first, second] = shellCommands("A=1 env B=2 x\nexport C=3\ny");
  assertEquals(first, { words: ["x"], variables: { A: "1", B: "2" }, line: 0 });
  assertEquals(second, { words: ["y"], variables: { C: "3" }, line: 2 });
});

Deno.test("shellCommands() ends on what nobody would type", () => {
  for (const script of ["$(".repeat(5000), "'".repeat(9999), "<<", "\\", "#"]) {
    shellCommands(script);
  }
});

const PROGRAMS: [command: string, program: string][] = [
  ["twine upload dist/*", "twine upload"],
  ["python -m twine upload", "twine upload"],
  ["/usr/bin/python3.13 -m twine upload", "twine upload"],
  ["py -3 -m twine upload", "twine upload"],
  ["uvx twine@6.1 upload", "twine upload"],
  ["uvx --from twine twine upload", "twine upload"],
  ["uv tool run twine upload", "twine upload"],
  ["uv run --with twine python -m twine upload", "twine upload"],
  ["pipx run --spec twine==6 twine upload", "twine upload"],
  ["hatch run release:twine upload", "twine upload"],
  ["poetry run twine upload", "twine upload"],
  ["uv --directory x publish", "uv publish"],
  ["deno run -NERW jsr:@releasio/cli@0.1.0 publish", "releasio publish"],
  ["npx -y deno@2 run -A jsr:@releasio/cli publish", "releasio publish"],
  ["releasio -C sub publish", "releasio publish"],
  ["pip install twine", "pip install"],
  ["echo twine upload", "echo twine"],
  ["deno run -A jsr:@other/cli publish", "deno run"],
  ["npx semantic-release", "npx semantic-release"],
];

for (const [command, program] of PROGRAMS) {
  Deno.test(`findProgram() reads ${command}`, () => {
    const found = findProgram(command.split(" "));
    assertEquals(`${found?.name} ${found?.subcommand}`, program);
  });
}
