/**
 * As much of JSON Schema (draft 2020-12) as our own schema uses. A keyword
 * that it does not know is an error, so that none is passed over in silence.
 */

type Schema = Readonly<Record<string, unknown>>;

const ANNOTATIONS = new Set([
  "$schema",
  "$id",
  "$defs",
  "title",
  "description",
]);

/** What is wrong with a value, a line each; with `strict`, unnamed properties too. */
export function validate(
  root: Schema,
  value: unknown,
  options: { readonly strict?: boolean } = {},
): string[] {
  return check(root, value, "$");

  function check(schema: Schema, value: unknown, at: string): string[] {
    return Object.entries(schema).flatMap(([keyword, rule]) =>
      ANNOTATIONS.has(keyword) ? [] : one(schema, keyword, rule, value, at)
    );
  }

  function one(
    schema: Schema,
    keyword: string,
    // deno-lint-ignore no-explicit-any -- a schema is as free as JSON
    rule: any,
    // deno-lint-ignore no-explicit-any
    value: any,
    at: string,
  ): string[] {
    const isObject = typeOf(value) === "object";
    switch (keyword) {
      case "$ref": {
        const name = String(rule).replace("#/$defs/", "");
        const target = (root.$defs as Record<string, Schema>)[name];
        if (target === undefined) throw new TypeError(`no ${rule}`);
        return check(target, value, at);
      }
      case "type":
        return [rule].flat().some((type: string) =>
            type === typeOf(value) ||
            (type === "integer" && Number.isInteger(value))
          )
          ? []
          : [`${at}: is ${typeOf(value)}, not ${rule}`];
      case "const":
        return value === rule ? [] : [`${at}: is not ${rule}`];
      case "enum":
        return rule.includes(value) ? [] : [`${at}: is not one of ${rule}`];
      case "not":
        return check(rule, value, at).length > 0 ? [] : [`${at}: is excluded`];
      case "pattern":
        return typeof value !== "string" || new RegExp(rule, "u").test(value)
          ? []
          : [`${at}: does not match ${rule}`];
      case "minimum":
        return typeof value !== "number" || value >= rule
          ? []
          : [`${at}: is below ${rule}`];
      case "required":
        return isObject
          ? rule.filter((name: string) => !Object.hasOwn(value, name))
            .map((name: string) => `${at}.${name}: is missing`)
          : [];
      case "properties":
        if (!isObject) return [];
        return Object.entries(value).flatMap(([name, field]) =>
          Object.hasOwn(rule, name)
            ? check(rule[name], field, `${at}.${name}`)
            : options.strict && schema.additionalProperties === undefined
            ? [`${at}.${name}: is not in the schema`]
            : []
        );
      case "additionalProperties":
        if (!isObject) return [];
        return Object.entries(value)
          .filter(([name]) => !Object.hasOwn(schema.properties ?? {}, name))
          .flatMap(([name, field]) => check(rule, field, `${at}.${name}`));
      case "items":
        return Array.isArray(value)
          ? value.flatMap((item, i) => check(rule, item, `${at}[${i}]`))
          : [];
      case "oneOf": {
        const results = rule.map((option: Schema) => check(option, value, at));
        const fitting = results.filter((errors: string[]) => !errors.length);
        if (fitting.length === 1) return [];
        // The option that fits best says most.
        return fitting.length > 1
          ? [`${at}: fits several of oneOf`]
          : results.toSorted((a: string[], b: string[]) => a.length - b.length)
            .at(0);
      }
      default:
        throw new TypeError(`unknown keyword ${keyword} at ${at}`);
    }
  }
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
