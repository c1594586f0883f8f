/**
 * Whether an event reaches a job: its own condition, its steps', and those of
 * the jobs that it waits for.
 *
 * @module
 */

import { evaluateCondition, type Facts, type Value } from "./expression.ts";
import type { Workflow, WorkflowJob } from "./workflow.ts";

/** A run to think through. */
export interface Scenario {
  /** The event, such as `pull_request`. */
  readonly event: string;
  /** The ref, such as `refs/heads/feature`. */
  readonly ref: string;
}

/** Parts of `github.event` that only some events have. */
const PAYLOADS: Readonly<Record<string, readonly string[]>> = {
  pull_request: ["pull_request", "pull_request_target"],
  release: ["release"],
  workflow_run: ["workflow_run"],
  issue: ["issues", "issue_comment"],
  comment: ["issue_comment"],
  inputs: ["workflow_dispatch", "workflow_call"],
};

/**
 * Whether a run gets to a step of a job.
 *
 * @param workflow The workflow
 * @param job The job
 * @param condition The step's `if`
 * @param scenario The run
 * @returns `undefined` where only the run will tell
 */
export function reaches(
  workflow: Workflow,
  job: WorkflowJob,
  condition: string | null,
  scenario: Scenario,
): boolean | undefined {
  const facts = factsOf(scenario);
  const holds = (text: string | null) =>
    text === null ? true : evaluateCondition(text, facts);
  const visited = new Set<string>();
  const reachesJob = (each: WorkflowJob): boolean | undefined => {
    if (visited.has(each.id)) return true;
    visited.add(each.id);
    const own = holds(each.condition);
    // `always()` and its like run after jobs that were skipped.
    if (/\b(?:always|failure|cancelled)\s*\(/.test(each.condition ?? "")) {
      return own;
    }
    return and([
      own,
      ...workflow.jobs.filter(({ id }) => each.needs.includes(id))
        .map(reachesJob),
    ]);
  };
  return and([reachesJob(job), holds(condition)]);
}

function and(
  values: readonly (boolean | undefined)[],
): boolean | undefined {
  if (values.includes(false)) return false;
  return values.includes(undefined) ? undefined : true;
}

function factsOf({ event, ref }: Scenario): Facts {
  const isPullRequest = /^pull_request/.test(event);
  const isTag = ref.startsWith("refs/tags/");
  const known = new Map<string, Value>([
    ["github.event_name", event],
    ["github.ref", ref],
    ["github.ref_name", ref.replace(/^refs\/(?:heads|tags|pull)\//, "")],
    ["github.ref_type", isTag ? "tag" : "branch"],
    ["github.event.ref", event === "push" ? ref : undefined],
    ["github.head_ref", isPullRequest ? undefined : ""],
    ["github.base_ref", isPullRequest ? undefined : ""],
    ["github.event.pull_request.head.repo.fork", isPullRequest ? true : null],
  ]);
  return (path) => {
    if (known.has(path)) return known.get(path);
    const part = /^(?:github\.event\.)?(\w+)/.exec(path)?.[1] ?? "";
    const isPayload = path.startsWith("github.event.") || part === "inputs";
    if (!isPayload || !Object.hasOwn(PAYLOADS, part)) return undefined;
    return PAYLOADS[part]!.includes(event) ? undefined : null;
  };
}
