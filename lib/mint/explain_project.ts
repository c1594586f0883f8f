/**
 * Why an index can't create the project of a pending publisher.
 *
 * @module
 */

/** By the beginnings of PyPI's texts, which name the project. */
const PROJECT_REFUSALS: readonly {
  readonly pattern: RegExp;
  readonly cause: (name: string) => string;
  readonly hint: string;
}[] = [
  {
    pattern: /^(New project registration temporarily disabled)/,
    cause: () => "the index registers no new projects at present",
    hint: "Projects that exist are not affected. Run the job again later.",
  },
  {
    pattern:
      /^The name '([^'\n]{1,200})' isn't allowed \(conflict with Python Standard Library/,
    cause: (name) =>
      `the name "${name}" is that of a module of Python's standard library`,
    hint: "Choose another project name, and add a pending publisher for it.",
  },
  {
    pattern: /^The name '([^'\n]{1,200})' isn't allowed/,
    cause: (name) => `the index does not allow the project name "${name}"`,
    hint: "Choose another project name, and add a pending publisher for it.",
  },
  {
    pattern: /^The name '([^'\n]{1,200})' conflicts with an existing project/,
    cause: (name) => `the name "${name}" was taken a moment ago`,
    hint:
      "If the project is yours, run the job again; if not, choose another name.",
  },
  {
    pattern: /^The name '([^'\n]{1,200})' is too similar to an existing/,
    cause: (name) => `the name "${name}" is too similar to that of a project`,
    hint:
      "Letters and digits that look alike, dots, dashes and underscores do not count. Choose another project name, and add a pending publisher for it.",
  },
  {
    pattern: /^The name '([^'\n]{1,200})' is invalid/,
    cause: (name) => `"${name}" is not a valid project name`,
    hint:
      "A name has letters, digits, `.`, `-` and `_`, and begins and ends with a letter or digit. Add a pending publisher with such a name.",
  },
];

/**
 * Recognizes a refusal to create a project.
 *
 * @param description What the index says, without tokens
 * @returns A plain cause and what to do, or `null` when it is something else
 */
export function explainProject(
  description: string,
): { readonly cause: string; readonly hint: string } | null {
  for (const { pattern, cause, hint } of PROJECT_REFUSALS) {
    const name = pattern.exec(description)?.[1];
    if (name !== undefined) return { cause: cause(name), hint };
  }
  return null;
}
