import { assertEquals } from "@std/assert";
import { groupByRelease } from "../../lib/dist/group.ts";
import { readDistribution } from "../../lib/dist/read_distribution.ts";
import { buildWheel } from "../helpers/archives.ts";

function wheel(name: string, version: string) {
  const filename = `${name}-${version}-py3-none-any.whl`;
  const blob = new Blob([buildWheel({ name, version })]);
  return readDistribution({ path: filename, filename, blob });
}

Deno.test("groupByRelease() groups by project and by version as PEP 440 sees it", async () => {
  const distributions = await Promise.all([
    wheel("beta", "1.10"),
    wheel("beta", "1.9"),
    wheel("Alpha_X", "1.0"),
    wheel("alpha.x", "1.0.0"),
    wheel("beta", "1.10rc1"),
  ]);
  const groups = groupByRelease(distributions);
  assertEquals(
    groups.map(({ project, version, distributions }) => [
      project,
      version,
      distributions.map(({ filename }) => filename.split("-")[0]),
    ]),
    [
      ["alpha-x", "1.0", ["Alpha_X", "alpha.x"]],
      ["beta", "1.9", ["beta"]],
      ["beta", "1.10rc1", ["beta"]],
      ["beta", "1.10", ["beta"]],
    ],
  );
});
