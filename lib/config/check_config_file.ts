/**
 * A configuration file, checked from top to bottom, so that the first mistake
 * in the file is the first to be told.
 *
 * @module
 */

import type { Kind } from "./kinds.ts";
import {
  OTHER_TABLES,
  PUBLISH_KEYS,
  type PublishKey,
  type PublishValues,
  TOP_LEVEL_KEYS,
} from "./keys.ts";
import { type ConfigFile, isTable } from "./read_config_file.ts";
import { readValue } from "./read_value.ts";
import type { Origin } from "./settings.ts";
import { unknownKey, wrongType } from "./value_errors.ts";

const PUBLISHER_TABLES = ["publisher", "publishers"];

/**
 * Checks a file's keys, and the kinds of the values in `[publish]`.
 *
 * @param file The file
 * @throws {ReleasioError} `config-unknown-key`, `config-wrong-type`, or what
 * is wrong with a value, with file and line
 */
export function checkConfigFile(file: ConfigFile): void {
  for (const [key, value] of Object.entries(file.table)) {
    const origin = fileOrigin(file, [key]);
    if (key === "publish") {
      requireTable(key, value, origin);
      checkPublishTable(file, value);
    } else if (OTHER_TABLES.includes(key)) {
      requireTable(key, value, origin);
    } else if (key === "default_branch" && typeof value !== "string") {
      throw wrongType(key, "a string", value, origin);
    } else if (key === "allow_dirty" && typeof value !== "boolean") {
      throw wrongType(key, "`true` or `false`", value, origin);
    } else if (!TOP_LEVEL_KEYS.includes(key)) {
      throw unknownKey(
        key,
        ["publish", ...OTHER_TABLES, ...TOP_LEVEL_KEYS],
        origin,
        isPublishKey(key) ? `"${key}" belongs under [publish].` : undefined,
      );
    }
  }
}

/**
 * The origin of a setting in a file.
 *
 * @param file The file
 * @param path The setting's path
 * @returns Such as `.releasio.toml:3`
 */
export function fileOrigin(file: ConfigFile, path: readonly string[]): Origin {
  const line = file.lineOf(path);
  return {
    kind: "file",
    name: line === null ? file.path : `${file.path}:${line}`,
  };
}

function checkPublishTable(
  file: ConfigFile,
  table: Readonly<Record<string, unknown>>,
): void {
  for (const [key, value] of Object.entries(table)) {
    const origin = fileOrigin(file, ["publish", key]);
    const name = `publish.${key}`;
    if (PUBLISHER_TABLES.includes(key)) {
      requireTable(name, value, origin);
    } else if (isPublishKey(key)) {
      const spec: PublishKey<PublishValues[typeof key]> = PUBLISH_KEYS[key];
      readValue(name, spec.kind as Kind<unknown>, value, origin);
    } else {
      throw unknownKey(
        name,
        [...Object.keys(PUBLISH_KEYS), ...PUBLISHER_TABLES],
        origin,
      );
    }
  }
}

function isPublishKey(key: string): key is keyof PublishValues {
  return Object.hasOwn(PUBLISH_KEYS, key);
}

function requireTable(
  name: string,
  value: unknown,
  origin: Origin,
): asserts value is Readonly<Record<string, unknown>> {
  if (!isTable(value)) throw wrongType(name, "a table", value, origin);
}
