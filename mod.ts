/**
 * Publish Python packages to PyPI with trusted publishing.
 *
 * ```ts ignore
 * import { publish } from "@releasio/cli";
 *
 * const report = await publish({ registries: ["testpypi"] });
 * if (!report.ok) throw new Error(report.error?.message);
 * ```
 *
 * As the main module, it is the command line:
 * `deno run jsr:@releasio/cli publish`.
 *
 * @module
 */

export { publish, type PublishOptions } from "./lib/publish.ts";
export { denoContext } from "./lib/deno_context.ts";
export {
  type ErrorCode,
  ReleasioError,
  type ReleasioErrorOptions,
} from "./lib/errors.ts";
export { Secret } from "./lib/secret.ts";

// Imported dynamically, so that a program that imports the library never
// evaluates the command line.
if (import.meta.main) {
  const { main } = await import("./cli.ts");
  Deno.exitCode = await main(Deno.args);
}
