/**
 * Trusted publishers as settings: what you registered on the index, under the
 * rules of the index's own forms.
 *
 * @module
 */

import { ReleasioError } from "../errors.ts";
import {
  type FormField,
  GITLAB_COM,
  type Provider,
  PUBLISHER_FORMS,
} from "./publisher_forms.ts";
import type { Origin, Publisher } from "./settings.ts";
import { quote, unknownKey, wrongType } from "./value_errors.ts";

/** One field of a publisher table, as it was found. */
export interface FoundField {
  /** Its value. */
  readonly value: unknown;
  /** Where it was found. */
  readonly origin: Origin;
}

/** Every field that a publisher table may have, whatever its provider. */
export const PUBLISHER_FIELDS: readonly string[] = [
  ...new Set([
    "provider",
    ...Object.values(PUBLISHER_FORMS).flatMap(Object.keys),
  ]),
];

/**
 * Reads a publisher table.
 *
 * @param name The table's dotted name, for errors
 * @param found Its fields
 * @param origin Where the table is
 * @returns The publisher
 * @throws {ReleasioError} `config-unknown-key`, `config-wrong-type`, or
 * `config-invalid` for a value that the index's form would not take
 */
export function readPublisher(
  name: string,
  found: ReadonlyMap<string, FoundField>,
  origin: Origin,
): Publisher {
  const provider = readProvider(name, found.get("provider"));
  const fields = PUBLISHER_FORMS[provider];
  const values: Record<string, string> = {};
  for (const [key, field] of found) {
    if (key === "provider") continue;
    if (!Object.hasOwn(fields, key)) {
      throw unknownField(`${name}.${key}`, provider, field.origin);
    }
    const value = readField(`${name}.${key}`, fields[key]!, field);
    if (value !== "") values[key] = value;
  }
  const missing = Object.keys(fields).find((key) =>
    fields[key]!.isRequired && values[key] === undefined
  );
  if (missing !== undefined) {
    throw new ReleasioError(
      "config-invalid",
      `Cannot use ${name}: "${missing}" is missing (${origin.name})`,
      {
        hint: `A ${provider} publisher has ${
          Object.keys(fields).join(", ")
        }: write what you registered on the index.`,
      },
    );
  }
  return build(provider, values);
}

function build(
  provider: Provider,
  values: Readonly<Record<string, string>>,
): Publisher {
  const get = (key: string) => values[key] ?? "";
  const environment = values["environment"] ?? null;
  switch (provider) {
    case "github":
      return {
        provider,
        owner: get("owner"),
        repository: get("repository"),
        workflow: get("workflow"),
        environment,
      };
    case "gitlab":
      return {
        provider,
        namespace: get("namespace"),
        project: get("project"),
        workflow: get("workflow"),
        environment,
        issuer: (values["issuer"] ?? GITLAB_COM).replace(/\/$/, ""),
      };
    case "google":
      return { provider, email: get("email"), sub: values["sub"] ?? null };
    case "activestate":
      return {
        provider,
        organization: get("organization"),
        project: get("project"),
        actor: get("actor"),
      };
  }
}

function readProvider(name: string, field: FoundField | undefined): Provider {
  if (field === undefined) return "github";
  const { value, origin } = field;
  const known = Object.keys(PUBLISHER_FORMS) as Provider[];
  const provider = typeof value !== "string"
    ? undefined
    : known.find((provider) => provider === value.trim().toLowerCase());
  if (provider !== undefined) return provider;
  const expected = known.map((word) => `\`${word}\``).join(", ");
  throw wrongType(`${name}.provider`, `one of ${expected}`, value, origin);
}

function readField(name: string, field: FormField, found: FoundField): string {
  const { value, origin } = found;
  if (typeof value !== "string") {
    throw wrongType(name, "a string", value, origin);
  }
  const text = value.trim();
  const problem = text === "" ? null : field.problem(text);
  if (problem === null) return text;
  throw new ReleasioError(
    "config-invalid",
    `Cannot use ${name}: ${quote(text)} ${problem.reason} (${origin.name})`,
    { hint: problem.hint, details: { key: name } },
  );
}

function unknownField(
  name: string,
  provider: Provider,
  origin: Origin,
): ReleasioError {
  const key = name.slice(name.lastIndexOf(".") + 1);
  const owner = Object.entries(PUBLISHER_FORMS).find(([, fields]) =>
    Object.hasOwn(fields, key)
  )?.[0];
  return unknownKey(
    name,
    ["provider", ...Object.keys(PUBLISHER_FORMS[provider])],
    origin,
    owner === undefined
      ? undefined
      : `"${key}" belongs to provider = "${owner}"; this one is "${provider}".`,
  );
}
