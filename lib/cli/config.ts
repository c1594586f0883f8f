/**
 * `config`: every setting, and where it comes from.
 *
 * @module
 */

import { resolveConfig } from "../config/resolve_config.ts";
import { configDocument } from "../report/json.ts";
import { plain } from "../report/plain.ts";
import { renderSettings } from "../report/render_settings.ts";
import type { CommandIo } from "./command.ts";
import { configFlags, type PublishFlags } from "./publish.ts";

/**
 * Runs `config`.
 *
 * @param io The outside world and the terminal
 * @param flags Its flags
 * @returns The exit code
 */
export async function runConfig(
  io: CommandIo,
  flags: PublishFlags,
): Promise<number> {
  const { terminal, globals } = io;
  const { list, notes } = await resolveConfig(io.context, {
    configFile: flags.config,
    flags: configFlags(flags),
  });
  if (globals.verbose) notes.forEach((note) => terminal.err(plain(note)));
  terminal.out(
    globals.json ? configDocument(list) : renderSettings(list, {
      colour: terminal.outColour,
      columns: terminal.columns(),
    }),
  );
  return 0;
}
