/**
 * The publisher tables of file and environment, by registry.
 *
 * @module
 */

import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { fileOrigin } from "./check_config_file.ts";
import { dottedKey } from "./key_lines.ts";
import { environmentName } from "./keys.ts";
import {
  type FoundField,
  PUBLISHER_FIELDS,
  readPublisher,
} from "./publisher.ts";
import { type ConfigFile, isTable } from "./read_config_file.ts";
import { located } from "./read_value.ts";
import { parseRegistry, PYPI, type Registry, TESTPYPI } from "./registry.ts";
import type { Origin, Publisher, Setting } from "./settings.ts";
import { wrongType } from "./value_errors.ts";

/** A publisher's fields, before they are read. */
interface Slot {
  readonly name: string;
  readonly origin: Origin;
  readonly fields: Map<string, FoundField>;
}

/** Environment names can't hold a URL: two registries have one. */
const FROM_ENVIRONMENT: readonly {
  readonly path: readonly string[];
  readonly registry: Registry;
}[] = [
  { path: ["publisher"], registry: PYPI },
  { path: ["publishers", "pypi"], registry: PYPI },
  { path: ["publishers", "testpypi"], registry: TESTPYPI },
];

/**
 * Reads every registered publisher. A variable sets one field of a table.
 *
 * @param context The outside world
 * @param file The file, if there is one
 * @param table Its `[publish]` table
 * @returns The publishers by upload URL, and every field with its origin
 * @throws {ReleasioError} `config-…` or `registry-invalid`, with the place
 */
export function resolvePublishers(
  context: Context,
  file: ConfigFile | null,
  table: Readonly<Record<string, unknown>>,
): { publishers: Map<string, Publisher>; list: Setting[] } {
  const slots = new Map<string, Slot>();
  if (file !== null) addFromFile(slots, file, table);
  addFromEnvironment(slots, context);

  const publishers = new Map<string, Publisher>();
  const list: Setting[] = [];
  for (const [uploadUrl, { name, origin, fields }] of slots) {
    const publisher = readPublisher(name, fields, origin);
    publishers.set(uploadUrl, publisher);
    for (const [field, value] of Object.entries(publisher)) {
      list.push({
        key: `${name}.${field}`,
        value,
        origin: fields.get(field)?.origin ??
          { kind: "default", name: "default" },
      });
    }
  }
  return { publishers, list };
}

function addFromFile(
  slots: Map<string, Slot>,
  file: ConfigFile,
  table: Readonly<Record<string, unknown>>,
): void {
  const { publisher, publishers = {} } = table;
  if (publisher !== undefined) {
    addTable(slots, PYPI, file, ["publish", "publisher"], publisher);
  }
  for (const [key, value] of Object.entries(publishers as object)) {
    const path = ["publish", "publishers", key];
    const registry = located(fileOrigin(file, path), () => parseRegistry(key));
    addTable(slots, registry, file, path, value);
  }
}

function addTable(
  slots: Map<string, Slot>,
  registry: Registry,
  file: ConfigFile,
  path: readonly string[],
  value: unknown,
): void {
  const origin = fileOrigin(file, path);
  const name = dottedKey(path);
  if (!isTable(value)) throw wrongType(name, "a table", value, origin);
  const other = slots.get(registry.uploadUrl);
  if (other !== undefined) {
    throw new ReleasioError(
      "config-invalid",
      `Cannot use ${name}: ${other.name} is for the same registry (${origin.name})`,
      { hint: "Keep one of the two tables." },
    );
  }
  const fields = new Map(
    Object.entries(value).map(([field, value]): [string, FoundField] => [
      field,
      { value, origin: fileOrigin(file, [...path, field]) },
    ]),
  );
  slots.set(registry.uploadUrl, { name, origin, fields });
}

function addFromEnvironment(slots: Map<string, Slot>, context: Context): void {
  for (const { path, registry } of FROM_ENVIRONMENT) {
    for (const field of PUBLISHER_FIELDS) {
      const variable = environmentName(...path, field);
      const value = context.env(variable)?.trim() ?? "";
      if (value === "") continue;
      const origin: Origin = { kind: "environment", name: variable };
      const slot = slots.get(registry.uploadUrl) ??
        { name: ["publish", ...path].join("."), origin, fields: new Map() };
      slot.fields.set(field, { value, origin });
      slots.set(registry.uploadUrl, slot);
    }
  }
}
