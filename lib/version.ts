/**
 * This package's version, as `deno.json` has it.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };

/** This package's version, such as `1.2.3`. */
export const VERSION: string = config.version;
