/**
 * Publishers to register: PyPI's form, as it is to be filled in.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { Publisher } from "../config/settings.ts";
import { formFields, pendingFormUrl, prefilledFormUrl } from "../trust/form.ts";
import { plain } from "./plain.ts";
import { createStyle, type Layout } from "./style.ts";
import { definitions } from "./table.ts";
import { wrap } from "./width.ts";

/** A publisher to register. */
export interface PublisherToRegister {
  /** The index, or `null` where only the run will tell. */
  readonly registry: Registry | null;
  /** The publisher; what is not known of it is empty. */
  readonly publisher: Publisher;
  /** The project, or `null` where its name is not known. */
  readonly project: string | null;
  /** Whether the index has the project; `null` where that is not known. */
  readonly isOnIndex: boolean | null;
  /** The jobs that need it, such as `publish in .github/workflows/release.yml`. */
  readonly jobs: readonly string[];
}

/**
 * Renders what to register, a form each.
 *
 * @param publishers The publishers
 * @param layout Colour and columns
 * @returns Text without a final line feed; empty without publishers
 */
export function renderPublishers(
  publishers: readonly PublisherToRegister[],
  layout: Layout,
): string {
  const { columns = 80 } = layout;
  const { bold, dim } = createStyle(layout.colour);
  return publishers.map(({ registry, publisher, project, isOnIndex, jobs }) => {
    const index = registry?.name ?? "the index that the run chooses";
    const fields = formFields(publisher).map(({ label, value }) =>
      [label, value === "" ? "?" : plain(value ?? "(leave empty)")] as const
    );
    const pending = isOnIndex === false || isOnIndex === null;
    return [
      bold(`Trusted publisher to register on ${plain(index)}`),
      ...jobs.map((job) => dim(`  for ${plain(job)}`)),
      ...definitions([
        ...(pending && project !== null
          ? [["PyPI Project Name", plain(project)] as const]
          : []),
        ...fields,
      ], columns - 2).map((line) => `  ${line}`),
      ...links(registry, publisher, project, isOnIndex, columns),
    ].join("\n");
  }).join("\n\n");
}

/** Addresses stay in one piece: they are there to be copied. */
function links(
  registry: Registry | null,
  publisher: Publisher,
  project: string | null,
  isOnIndex: boolean | null,
  columns: number,
): string[] {
  if (registry === null) return [];
  const { filled, pending } = formLinks(registry, publisher, project);
  const say = (text: string, url: string | null) =>
    url === null ? [] : [...wrap(text, columns, "  "), `    ${url}`];
  if (isOnIndex === true) return say("The form, filled in:", filled);
  if (isOnIndex === false) {
    return say("The project is new, so add a pending publisher:", pending);
  }
  return [
    ...say("If the project is there already, the form, filled in:", filled),
    ...say("If it is new, add a pending publisher:", pending),
  ];
}

/**
 * Where the form is.
 *
 * @param registry The index
 * @param publisher The publisher
 * @param project The project, or `null` where its name is not known
 * @returns The form of an existing project, filled in, and that of a pending
 * publisher; `null` where there is none
 */
export function formLinks(
  registry: Registry,
  publisher: Publisher,
  project: string | null,
): { readonly filled: string | null; readonly pending: string | null } {
  return {
    filled: project && prefilledFormUrl(registry, project, publisher),
    pending: pendingFormUrl(registry),
  };
}
