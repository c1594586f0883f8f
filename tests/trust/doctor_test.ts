import { assert, assertEquals } from "@std/assert";
import type { Finding } from "../../lib/findings.ts";
import { DOCTOR_RULES } from "../../lib/trust/doctor_rules.ts";
import { diagnose, type Diagnosis, readCiFiles } from "../../lib/trust/mod.ts";
import { testContext } from "../helpers/context.ts";
import { fileTree } from "../helpers/files.ts";
import { type DoctorCase, readDoctorCases } from "./doctor_cases.ts";

const GOOD = readDoctorCases("good");
const BAD = readDoctorCases("bad");
const ALL = [...GOOD, ...BAD];

async function diagnoseCase(
  { files, publishers }: Pick<DoctorCase, "files" | "publishers">,
): Promise<Diagnosis> {
  return diagnose({
    files: await readCiFiles(testContext(fileTree(files)), "."),
    publishers,
    configFile: ".releasio.toml",
    repository: { owner: "octo", repository: "demo" },
  });
}

function describe({ file, line, severity, code }: Finding): string {
  const place = file === null || file === ".releasio.toml"
    ? "-"
    : `${file}:${line ?? "-"}`;
  return `${place} ${severity} ${code}`;
}

for (const each of ALL) {
  Deno.test(`diagnose() finds what is wrong in ${each.name}, at its line`, async () => {
    const { findings } = await diagnoseCase(each);
    assertEquals(findings.map(describe).sort(), each.expected);
  });
}

Deno.test("diagnose() finds no error in good workflows", async () => {
  for (const each of GOOD) {
    const { findings } = await diagnoseCase(each);
    const errors = findings.filter(({ severity }) => severity === "error");
    assertEquals(errors, [], each.name);
  }
});

Deno.test("there are sixty workflow files, and each rule has one", () => {
  assert(ALL.length >= 60, `${ALL.length} cases`);
  const expected = ALL.flatMap((each) => each.expected).join("\n");
  for (const { code } of DOCTOR_RULES) {
    assert(expected.includes(` ${code}`), `no workflow for ${code}`);
  }
});

Deno.test("diagnose() takes whatever a file holds", async () => {
  const texts = ALL.flatMap(({ files }) => Object.entries(files));
  const scraps = [
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "*x",
    "&x ",
    "<<: *x",
    "null",
    "\n",
    "'",
  ];
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 48271) % 0x7fffffff;
    return seed % below;
  };
  for (let i = 0; i < 600; i++) {
    const [path, text] = texts[random(texts.length)]!;
    const at = random(text.length);
    const broken = text.slice(0, at) + scraps[random(scraps.length)] +
      text.slice(at + random(20));
    await diagnoseCase({ files: { [path]: broken }, publishers: new Map() });
  }
  const odd = ["", "x", "[]", "jobs: []", "jobs: { a: [] }", "on: 1\njobs: 2"];
  for (const text of [...odd, "jobs: { a: { steps: { run: x } } }"]) {
    for (const path of [".github/workflows/a.yml", ".gitlab-ci.yml"]) {
      await diagnoseCase({ files: { [path]: text }, publishers: new Map() });
    }
  }
});

Deno.test("diagnose() is not slowed down by aliases of aliases", async () => {
  const lines = ["a0: &a0 [[], x, [], x, [], x, [], x, [], x]"];
  for (let i = 1; i < 12; i++) {
    const alias = `*a${i - 1}`;
    lines.push(`a${i}: &a${i} [${Array(10).fill(alias).join(", ")}]`);
  }
  lines.push("deploy: { script: *a11, needs: *a11, extends: *a11 }");
  const { findings } = await diagnoseCase({
    files: { ".gitlab-ci.yml": lines.join("\n") },
    publishers: new Map(),
  });
  assertEquals(findings.map(({ code }) => code), ["nothing-publishes"]);
});
