/**
 * All rules about metadata.
 *
 * @module
 */

import type { MetadataRule } from "./rule.ts";
import { CLASSIFIER_RULES } from "./rules/classifiers.ts";
import { CONTACT_RULES } from "./rules/contacts.ts";
import { DEPENDENCY_RULES } from "./rules/dependencies.ts";
import { DESCRIPTION_RULES } from "./rules/description.ts";
import { DYNAMIC_AND_IMPORT_RULES } from "./rules/dynamic_and_imports.ts";
import { IDENTITY_RULES } from "./rules/identity.ts";
import { LICENSE_RULES } from "./rules/licensing.ts";

/** All rules about metadata, those that explain others first. */
export const METADATA_RULES: readonly MetadataRule[] = [
  ...IDENTITY_RULES,
  ...DESCRIPTION_RULES,
  ...CONTACT_RULES,
  ...CLASSIFIER_RULES,
  ...LICENSE_RULES,
  ...DEPENDENCY_RULES,
  ...DYNAMIC_AND_IMPORT_RULES,
];
