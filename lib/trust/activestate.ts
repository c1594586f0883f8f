/**
 * How PyPI holds ActiveState tokens against ActiveState publishers
 * ({@link https://github.com/pypi/warehouse/blob/main/warehouse/oidc/models/activestate.py | source}).
 *
 * @module
 */

import type { Claims } from "../oidc/provider.ts";
import {
  caseNote,
  claimString,
  claimText,
  compareClaim,
  type Comparison,
  type ProviderRules,
} from "./comparison.ts";
import type { RegisteredActiveStatePublisher } from "./registered_publisher.ts";

function compareActor(
  publisher: RegisteredActiveStatePublisher,
  claims: Claims,
): Comparison {
  if (publisher.actorId !== undefined) {
    return compareClaim(claims, "actor_id", publisher.actorId, {
      step: "lookup",
    });
  }
  // Only the index knows the id behind the name that was typed into its form.
  const actor = claimText(claims, "actor");
  return {
    field: "actor",
    expected: publisher.actor,
    actual: actor,
    matches: actor === null || actor === publisher.actor,
    note: "The index compares the id behind this name",
    step: "lookup",
    reason: "",
  };
}

function compareSubject(
  publisher: RegisteredActiveStatePublisher,
  claims: Claims,
): Comparison {
  const expected = `org:${publisher.organization}:project:${publisher.project}`;
  const actual = claimString(claims, "sub");
  const parts = actual.split(":");
  const matches = parts.slice(0, 4).join(":") === expected;
  return {
    field: "sub",
    expected,
    actual: claimText(claims, "sub"),
    matches,
    note: null,
    step: "check",
    reason: actual === ""
      ? "Missing 'subject' claim"
      : parts.length < 4
      ? "Invalid 'subject' claim. Wrong format"
      : "Invalid 'subject' claim",
  };
}

/** PyPI's rules for ActiveState. */
export const ACTIVESTATE_RULES: ProviderRules<RegisteredActiveStatePublisher> =
  {
    required: ["sub", "organization", "project", "actor_id", "builder"],
    unsearchable: () => null,
    compare: (publisher, claims) => [
      compareClaim(claims, "organization", publisher.organization, {
        step: "lookup",
        ...caseNote(claims, "organization", publisher.organization),
      }),
      compareClaim(claims, "project", publisher.project, {
        step: "lookup",
        ...caseNote(claims, "project", publisher.project),
      }),
      compareActor(publisher, claims),
      compareSubject(publisher, claims),
      compareClaim(claims, "builder", "pypi-publisher", { step: "check" }),
    ],
    isSpecific: () => true,
  };
