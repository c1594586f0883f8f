/**
 * YAML with places: values, the lines that they are on, and where to edit.
 *
 * @module
 */

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from "yaml";

/** Deeper than any workflow, and far from the end of the stack. */
const MAX_DEPTH = 60;
/** Nodes that are looked at for the scalars of a list. */
const MAX_VISITS = 1000;

/** Where a node is in its file. */
export interface Place {
  /** 1-based line; an alias's own, not its anchor's. */
  readonly line: number;
  /** Offset of its first character. */
  readonly start: number;
  /** Offset behind its last character. */
  readonly end: number;
  /** Whether it has an anchor or is an alias: editing it edits others. */
  readonly isShared: boolean;
}

/** A string, number, boolean or nothing. */
export interface YamlScalar extends Place {
  /** Tells the kind of node. */
  readonly kind: "scalar";
  /** Its value. */
  readonly value: string | number | boolean | null;
  /** The value as it is written, unquoted; empty for nothing. */
  readonly text: string;
  /** The line that the text begins on: a block scalar's is below its `|`. */
  readonly textLine: number;
}

/** A list. */
export interface YamlList extends Place {
  /** Tells the kind of node. */
  readonly kind: "list";
  /** Its items. */
  readonly items: readonly YamlNode[];
}

/** One key of a map. */
export interface YamlEntry {
  /** The key. */
  readonly key: string;
  /** 1-based line of the key. */
  readonly line: number;
  /** Offset of the key. */
  readonly start: number;
  /** What it holds. */
  readonly value: YamlNode;
}

/** A map. */
export interface YamlMap extends Place {
  /** Tells the kind of node. */
  readonly kind: "map";
  /** Its keys, in the file's order. */
  readonly entries: readonly YamlEntry[];
  /** Whether it is written in braces. */
  readonly isFlow: boolean;
}

/** Anything that YAML holds. */
export type YamlNode = YamlScalar | YamlList | YamlMap;

/**
 * Parses one YAML document. Anchors and merge keys are resolved.
 *
 * @param text The document
 * @returns Its top node, or the line of the first error
 */
export function parseYaml(
  text: string,
): { readonly node: YamlNode } | { readonly errorLine: number } {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      logLevel: "silent",
      // GitLab's `!reference` and the like are none of our business.
      customTags: [],
    });
    const [error] = document.errors;
    if (error !== undefined) {
      return { errorLine: lines.linePos(error.pos[0]).line };
    }
    return { node: convert(document.contents, lines) };
  } catch (error) {
    // Too deep, or an alias without an anchor.
    if (error instanceof RangeError || error instanceof ReferenceError) {
      return { errorLine: 1 };
    }
    throw error;
  }
}

function convert(top: Node | null, lines: LineCounter): YamlNode {
  // Each anchor is converted once, so that no alias multiplies the work.
  const anchors = new Map<string, YamlNode>();
  return visit(top, 0);

  function visit(node: unknown, depth: number): YamlNode {
    if (depth > MAX_DEPTH) throw new RangeError("too deep");
    const [start, end] = (node as Node | null)?.range ?? [0, 0];
    const { line } = lines.linePos(start);
    const anchor = (node as Node | null)?.anchor;
    const place = { line, start, end, isShared: Boolean(anchor) };
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      return target === undefined
        ? nothing(place)
        : { ...target, line, isShared: true };
    }
    const found = isMap(node)
      ? visitMap(node.items, node.flow === true, place, depth)
      : isSeq(node)
      ? {
        ...place,
        kind: "list" as const,
        items: node.items.map((item) => visit(item, depth + 1)),
      }
      : isScalar(node)
      ? {
        ...place,
        kind: "scalar" as const,
        value: scalarValue(node.value),
        text: node.source ?? String(node.value ?? ""),
        textLine: node.type?.startsWith("BLOCK") ? line + 1 : line,
      }
      : nothing(place);
    if (anchor) anchors.set(anchor, found);
    return found;
  }

  function visitMap(
    pairs: readonly { key: unknown; value: unknown }[],
    isFlow: boolean,
    place: Place,
    depth: number,
  ): YamlMap {
    const entries: YamlEntry[] = [];
    const merged: YamlEntry[] = [];
    for (const { key, value } of pairs) {
      if (!isScalar(key)) continue;
      const name = key.source ?? String(key.value ?? "");
      const [start] = key.range ?? [0];
      const node = visit(value ?? null, depth + 1);
      if (name === "<<") {
        merged.push(...mergedEntries(node));
        continue;
      }
      const { line } = lines.linePos(start);
      // A key without a value is where its key is.
      const held = value === null || value === undefined
        ? { ...node, line, textLine: line }
        : node;
      entries.push({ key: name, line, start, value: held });
    }
    const own = new Set(entries.map(({ key }) => key));
    for (const entry of merged) {
      if (own.has(entry.key)) continue;
      own.add(entry.key);
      entries.push({ ...entry, value: { ...entry.value, isShared: true } });
    }
    return { ...place, kind: "map", entries, isFlow };
  }
}

function mergedEntries(node: YamlNode): readonly YamlEntry[] {
  if (node.kind === "map") return node.entries;
  if (node.kind === "scalar") return [];
  return node.items.flatMap((item) => item.kind === "map" ? item.entries : []);
}

function nothing(place: Place): YamlScalar {
  return {
    ...place,
    kind: "scalar",
    value: null,
    text: "",
    textLine: place.line,
  };
}

function scalarValue(value: unknown): YamlScalar["value"] {
  return typeof value === "string" || typeof value === "number" ||
      typeof value === "boolean"
    ? value
    : null;
}

/**
 * What a map holds under a key.
 *
 * @param node Any node
 * @param keys The keys, outermost first
 * @returns The node, or `undefined` where a key is not there
 */
export function at(
  node: YamlNode | undefined,
  ...keys: readonly string[]
): YamlNode | undefined {
  let found = node;
  for (const key of keys) found = entry(found, key)?.value;
  return found;
}

/**
 * A map's entry.
 *
 * @param node Any node
 * @param key The key
 * @returns The entry, or `undefined`
 */
export function entry(
  node: YamlNode | undefined,
  key: string,
): YamlEntry | undefined {
  return node?.kind === "map"
    ? node.entries.find((each) => each.key === key)
    : undefined;
}

/**
 * The entries of a map.
 *
 * @param node Any node
 * @returns Its entries; none for anything but a map
 */
export function entries(node: YamlNode | undefined): readonly YamlEntry[] {
  return node?.kind === "map" ? node.entries : [];
}

/**
 * The text of a scalar.
 *
 * @param node Any node
 * @returns Its text; `null` for a list, a map or nothing
 */
export function text(node: YamlNode | undefined): string | null {
  if (node?.kind !== "scalar" || node.value === null) return null;
  return node.text;
}

/**
 * The scalars of a node: itself, or those of a list, however nested.
 *
 * @param node Any node
 * @returns The scalars, as far as a thousand nodes go: aliases of aliases can
 * make more lists than there is memory
 */
export function scalars(node: YamlNode | undefined): YamlScalar[] {
  const found: YamlScalar[] = [];
  const waiting = node === undefined ? [] : [node];
  for (let visits = 0; visits < MAX_VISITS; visits++) {
    const each = waiting.pop();
    if (each === undefined) break;
    if (each.kind === "scalar") found.push(each);
    else if (each.kind === "list") {
      waiting.push(...each.items.slice(0, MAX_VISITS).reverse());
    }
  }
  return found;
}
