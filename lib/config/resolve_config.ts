/**
 * Flags, environment, file and defaults, made into settings.
 *
 * @module
 */

import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { checkConfigFile, fileOrigin } from "./check_config_file.ts";
import { dottedKey } from "./key_lines.ts";
import {
  environmentName,
  PUBLISH_KEYS,
  type PublishKey,
  type PublishKeyName,
} from "./keys.ts";
import {
  type ConfigFile,
  isTable,
  readConfigFile,
} from "./read_config_file.ts";
import { readValue } from "./read_value.ts";
import type { Registry } from "./registry.ts";
import { resolvePublishers } from "./resolve_publishers.ts";
import type { Origin, Setting, Settings } from "./settings.ts";

/**
 * Flags, by the key that each sets. A flag that was not given is left out or
 * `undefined`; `registry` may have been given more than once.
 */
export type ConfigFlags =
  & {
    readonly [K in Exclude<PublishKeyName, "registry">]?:
      | string
      | number
      | boolean
      | undefined;
  }
  & {
    /** Where to, in turn. */
    readonly registry?: string | readonly string[] | undefined;
  };

/** What to resolve. */
export interface ResolveOptions {
  /** The project's folder. @default {"."} */
  readonly projectDir?: string | undefined;
  /** A configuration file asked for by name; no other is looked for then. */
  readonly configFile?: string | undefined;
  /** The flags that were given. */
  readonly flags?: ConfigFlags | undefined;
}

/** Settings, and how they came about. */
export interface ResolvedConfig {
  /** The settings. */
  readonly settings: Settings;
  /** Every setting with its origin, for display. */
  readonly list: readonly Setting[];
  /** The file that they are from, or `null`. */
  readonly file: ConfigFile | null;
  /** What the file says beside `[publish]`, as it is. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** What was passed over or read otherwise than written, in words. */
  readonly notes: readonly string[];
}

/** A setting's values, one but for a repeated flag, and their origin. */
interface Resolved<T> {
  readonly values: readonly [T, ...T[]];
  readonly origin: Origin;
}

const DEFAULT: Origin = { kind: "default", name: "default" };
const STRENGTH = ["default", "file", "environment", "flag"];

/**
 * Resolves the settings of a project: a flag beats the environment, the
 * environment beats the file, the file beats the default.
 *
 * @example Resolve a flag and nothing but defaults
 * ```ts
 * import { resolveConfig } from "@releasio/cli/config";
 * import { denoContext } from "@releasio/cli";
 *
 * const { settings } = await resolveConfig(denoContext(), {
 *   flags: { registry: "testpypi" },
 * });
 * ```
 *
 * @param context The outside world
 * @param options Folder, file and flags
 * @returns The settings, each with its origin
 * @throws {ReleasioError} `config-…`, `registry-invalid` or `usage`, with the
 * file and line, the variable or the flag
 */
export async function resolveConfig(
  context: Context,
  options: ResolveOptions = {},
): Promise<ResolvedConfig> {
  const { projectDir = ".", configFile, flags = {} } = options;
  const { file, notes } = await readConfigFile(
    context,
    projectDir,
    configFile,
  );
  if (file !== null) checkConfigFile(file);
  const { publish, ...raw } = file?.table ?? {};
  const table = isTable(publish) ? publish : {};
  const list: Setting[] = [];

  function resolve<T>(spec: PublishKey<T>): Resolved<T> {
    const name = `publish.${spec.key}`;
    const { found, origin } = findSource(spec, context, flags, file, table);
    const read = (one: unknown) => readValue(name, spec.kind, one, origin);
    const [first, ...others] = found;
    return first === undefined
      ? { values: [spec.default], origin }
      : { values: [read(first), ...others.map(read)], origin };
  }
  function take<T>(spec: PublishKey<T>): T {
    const { values: [value], origin } = resolve(spec);
    list.push({ key: `publish.${spec.key}`, value, origin });
    return value;
  }

  const keys = PUBLISH_KEYS;
  const enabled = take(keys.enabled);
  const target = resolveTarget(
    resolve(keys.registry),
    resolve(keys.check_url),
  );
  list.push(...target.list);
  const settings = {
    enabled,
    registries: target.registries,
    trustedPublishing: take(keys.trusted_publishing),
    dist: take(keys.dist),
    validateBeforePublish: take(keys.validate_before_publish),
    checkExistingVersion: take(keys.check_existing_version),
    skipExisting: take(keys.skip_existing),
    attestations: take(keys.attestations),
    jobs: take(keys.jobs),
    maxFileSize: take(keys.max_file_size),
    maxProjectSize: take(keys.max_project_size),
    tool: take(keys.tool),
  };
  const { publishers, list: fields } = resolvePublishers(context, file, table);
  list.push(...fields, ...otherSettings(file, raw));
  return {
    settings: { ...settings, publishers },
    list,
    file,
    raw,
    notes: [...notes, ...target.notes],
  };
}

/** What the strongest source that has a key says; nothing for the default. */
function findSource(
  spec: PublishKey<unknown>,
  context: Context,
  flags: ConfigFlags,
  file: ConfigFile | null,
  table: Readonly<Record<string, unknown>>,
): { found: readonly unknown[]; origin: Origin } {
  const flag = flags[spec.key];
  const given = [flag].flat().filter((one) => one !== undefined);
  if (given.length > 0) {
    const name = spec.flag ?? `--${spec.key.replaceAll("_", "-")}`;
    return { found: given, origin: { kind: "flag", name } };
  }
  const variable = environmentName(spec.key);
  const text = context.env(variable)?.trim() ?? "";
  if (text !== "") {
    return { found: [text], origin: { kind: "environment", name: variable } };
  }
  if (file !== null && Object.hasOwn(table, spec.key)) {
    const origin = fileOrigin(file, ["publish", spec.key]);
    return { found: [table[spec.key]], origin };
  }
  return { found: [], origin: DEFAULT };
}

/** Registries, and the `check_url` that may go with one of them. */
function resolveTarget(
  registry: Resolved<Registry>,
  checkUrl: Resolved<string | null>,
): { registries: Registry[]; list: Setting[]; notes: string[] } {
  const notes: string[] = [];
  const byUrl = new Map(registry.values.map((one) => [one.uploadUrl, one]));
  let registries = [...byUrl.values()];
  let [simpleUrl] = checkUrl.values;
  if (simpleUrl !== null && isWeaker(checkUrl.origin, registry.origin)) {
    // It was set for the registry that is overridden.
    notes.push(
      `check_url (${checkUrl.origin.name}) was passed over: it belongs to ` +
        `another registry than ${registry.origin.name} names`,
    );
    simpleUrl = null;
  }
  if (simpleUrl !== null) {
    if (registries.length > 1) {
      throw new ReleasioError(
        "usage",
        `Cannot use ${checkUrl.origin.name} with several registries`,
        { hint: "Publish to one registry at a time, each with its own." },
      );
    }
    registries = registries.map((one) => ({ ...one, simpleUrl }));
  }
  const urls = registries.map((one) => one.uploadUrl);
  const simpleUrls = registries.map((one) => one.simpleUrl);
  return {
    registries,
    list: [
      {
        key: "publish.registry",
        value: urls.length === 1 ? urls[0] : urls,
        origin: registry.origin,
      },
      {
        key: "publish.check_url",
        value: simpleUrls.length === 1 ? simpleUrls[0] : simpleUrls,
        origin: simpleUrl === null ? DEFAULT : checkUrl.origin,
      },
    ],
    notes,
  };
}

function isWeaker(a: Origin, b: Origin): boolean {
  return STRENGTH.indexOf(a.kind) < STRENGTH.indexOf(b.kind);
}

/** What the file says beside `[publish]`, one setting a value. */
function otherSettings(
  file: ConfigFile | null,
  raw: Readonly<Record<string, unknown>>,
): Setting[] {
  function* walk(value: unknown, path: readonly string[]): Generator<Setting> {
    if (file === null) return;
    if (!isTable(value)) {
      yield { key: dottedKey(path), value, origin: fileOrigin(file, path) };
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      yield* walk(inner, [...path, key]);
    }
  }
  return [...walk(raw, [])];
}
