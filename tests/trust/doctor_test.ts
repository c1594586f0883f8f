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
