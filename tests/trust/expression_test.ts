import { assertEquals } from "@std/assert";
import { evaluateCondition, type Value } from "../../lib/trust/expression.ts";

const FACTS = new Map<string, Value>([
  ["github.event_name", "pull_request"],
  ["github.ref", "refs/pull/1/merge"],
  ["inputs.publish", null],
]);

const CONDITIONS: [condition: string, result: boolean | undefined][] = [
  ["github.event_name == 'push'", false],
  ["github.event_name == 'PULL_REQUEST'", true],
  ["github.event_name != 'pull_request'", false],
  ["${{ github.event_name == 'push' }}", false],
  ["startsWith(github.ref, 'refs/tags/')", false],
  ["contains(github.ref, 'PULL')", true],
  ["endsWith(github.ref, '/merge')", true],
  [`contains(fromJSON('["push", "release"]'), github.event_name)`, false],
  ["inputs.publish", false],
  ["!inputs.publish", true],
  ["github.unknown", undefined],
  ["github.unknown == 'x'", undefined],
  ["github.unknown && github.event_name == 'push'", false],
  ["github.event_name == 'push' && github.unknown", false],
  ["github.unknown || true", true],
  ["github.unknown || github.event_name == 'push'", undefined],
  ["!(github.event_name == 'push' || github.event_name == 'x')", true],
  ["github.event_name == 'push' || github.event_name == 'pull_request'", true],
  ["always()", true],
  ["success() && !cancelled()", true],
  ["failure()", false],
  ["needs.a.outputs['b'] == 'c'", undefined],
  ["github.event.commits[0].message == 'x'", undefined],
  ["'' == null", true],
  ["1 == '1'", true],
  ["'it''s' == 'it''s'", true],
  ["hashFiles('x') != ''", undefined],
  // GitHub makes a text of what is only partly an expression.
  ["${{ github.event_name == 'push' }} && x", undefined],
  ["github.event_name ==", undefined],
  ["(((", undefined],
  ["", undefined],
  ["(".repeat(2000), undefined],
  ["!".repeat(3000) + "x", undefined],
];

for (const [condition, result] of CONDITIONS) {
  Deno.test(`evaluateCondition() knows ${condition.slice(0, 70)}`, () => {
    assertEquals(
      evaluateCondition(condition, (path) => FACTS.get(path)),
      result,
    );
  });
}
