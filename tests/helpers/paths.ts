/** Paths of this repository, for tests. */

import { fileURLToPath } from "node:url";

/** The repository, with a trailing slash. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The fixtures, with a trailing slash. */
export const FIXTURES = `${ROOT}tests/fixtures/`;
