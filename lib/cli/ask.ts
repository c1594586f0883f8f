/**
 * Questions to the person at the terminal.
 *
 * @module
 */

import { plain } from "../report/plain.ts";
import type { Terminal } from "./terminal.ts";

const MAX_ANSWER = 1000;

/** Asks a question; an empty answer means the default. */
export type Ask = (question: string, fallback: string) => Promise<string>;

/**
 * Asks on the terminal.
 *
 * @param terminal Where to print
 * @returns What asks, reading an answer a line from standard input
 */
export function askOnTerminal(terminal: Terminal): Ask {
  return async (question, fallback) => {
    const shown = fallback === "" ? "" : ` [${plain(fallback)}]`;
    terminal.draw(`${question}${shown}: `);
    const answer = (await readLine()).trim();
    return answer === "" ? fallback : answer;
  };
}

/** A terminal hands over a line at a time. */
async function readLine(): Promise<string> {
  const buffer = new Uint8Array(MAX_ANSWER);
  const length = await Deno.stdin.read(buffer);
  return length === null
    ? ""
    : new TextDecoder().decode(buffer.subarray(0, length));
}
