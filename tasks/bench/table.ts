/**
 * Measurements as tables in Markdown.
 *
 * @module
 */

import type { Measurement } from "./measure.ts";
import type { Tool } from "./tools.ts";

/** A table in Markdown; the first row is its head. */
export function table(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows.map((cells) => `| ${cells.join(" | ")} |`);
  const rule = `|${rows[0]!.map(() => " --- |").join("")}`;
  return ["", head, rule, ...body].join("\n");
}

/** The median of the times. */
export function medianTime(measured: readonly Measurement[]): string {
  return `${median(measured.map(({ time }) => time)).toFixed(2)} s`;
}

/** What several runs took: time, CPU, memory, requests. Medians, with spread. */
export function row(measured: readonly Measurement[]): string[] {
  const times = measured.map(({ time }) => time);
  return [
    `${medianTime(measured)} (${spread(times, 2)})`,
    `${median(measured.map(({ cpu }) => cpu)).toFixed(2)} s`,
    `${(median(measured.map(({ memory }) => memory)) / 1e6).toFixed(0)} MB`,
    String(median(measured.map(({ requests }) => requests))),
  ];
}

/** How much of some runs' time others take, run by run: median and spread. */
export function share(
  others: readonly Measurement[],
  measured: readonly Measurement[],
): string {
  const ratios = measured.map(({ time }, run) => others[run]!.time / time);
  return `${median(ratios).toFixed(2)} (${spread(ratios, 2)})`;
}

/** The date, the machine and the versions. */
export async function machine(tools: readonly Tool[]): Promise<string> {
  const versions = [];
  for (const { version: { line } } of tools) {
    const [program, ...args] = line;
    const { stdout } = await new Deno.Command(program!, { args }).output();
    versions.push(new TextDecoder().decode(stdout).trim().split(" (")[0]);
  }
  const { total } = Deno.systemMemoryInfo();
  return [
    new Date().toISOString().slice(0, 10),
    `${navigator.hardwareConcurrency} cores, ${(total / 1e9).toFixed(0)} GB`,
    `load ${Deno.loadavg()[0]!.toFixed(1)} at the start`,
    `${Deno.build.os} ${Deno.build.arch}, Deno ${Deno.version.deno}`,
    ...versions,
  ].join("; ");
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

function spread(numbers: readonly number[], digits: number): string {
  return `${Math.min(...numbers).toFixed(digits)}–${
    Math.max(...numbers).toFixed(digits)
  }`;
}
