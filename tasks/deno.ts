/**
 * Runs Deno, and counts its tests.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- it speaks to a developer

/** How many tests passed, failed and were skipped. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Where and with what Deno runs. */
export interface DenoOptions {
  /** The working directory. */
  readonly cwd: string;
  /** Variables on top of the inherited ones. */
  readonly env?: Record<string, string>;
}

/**
 * Runs Deno with the terminal of this process.
 *
 * @returns Its exit code
 */
export async function deno(
  args: readonly string[],
  options: DenoOptions,
): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    ...options,
    args: [...args],
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  // Ctrl-C reaches the child by itself; what it does about it is its own affair.
  const ignore = () => {};
  const forward = () => child.kill("SIGTERM");
  Deno.addSignalListener("SIGINT", ignore);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", forward);
  try {
    return (await child.status).code;
  } finally {
    Deno.removeSignalListener("SIGINT", ignore);
    if (Deno.build.os !== "windows") {
      Deno.removeSignalListener("SIGTERM", forward);
    }
  }
}

/**
 * Runs `deno test` and closes with a line that says how many tests passed.
 *
 * @returns Its exit code
 */
export async function denoTest(
  args: readonly string[],
  options: DenoOptions,
): Promise<number> {
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    const code = await deno(
      ["test", `--junit-path=${report}`, ...args],
      options,
    );
    console.log(countLine(countTests(await Deno.readTextFile(report)), code));
    return code;
  } finally {
    await Deno.remove(report);
  }
}

/** Counts the tests in a JUnit report; a step counts with its test. */
export function countTests(junit: string): TestCounts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const cases = junit.split("<testcase ").slice(1);
  for (const testCase of cases) {
    const name = /^name="([^"]*)"/.exec(testCase)?.[1] ?? "";
    if (name.includes(" &gt; ")) continue;
    if (testCase.includes("<failure")) counts.failed++;
    else if (testCase.includes("<skipped")) counts.skipped++;
    else counts.passed++;
  }
  return counts;
}

/** The closing line. A run that failed without a failing test counts as one. */
export function countLine(counts: TestCounts, code: number): string {
  const failed = code === 0 ? 0 : Math.max(counts.failed, 1);
  const line = `${counts.passed} passed, ${failed} failed`;
  return counts.skipped > 0 ? `${line}, ${counts.skipped} skipped` : line;
}
