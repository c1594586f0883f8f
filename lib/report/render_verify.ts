/**
 * What `verify` found out, as text.
 *
 * @module
 */

import { count, formatTime } from "./format.ts";
import { plain } from "./plain.ts";
import type { ErrorReport } from "./report.ts";
import { createStyle, type Layout } from "./style.ts";
import { wrap } from "./width.ts";

/** One attestation, held against its file. */
export interface CheckedAttestation {
  /** Where it came from: a path, or the index's provenance. */
  readonly source: string;
  /** What kind of statement it is; `null` if it did not verify. */
  readonly predicateType: string | null;
  /** The publisher that it was compared with, in words; `null`: anybody's. */
  readonly expected: string | null;
  /** The workflow or account that signed; `null` if it did not verify. */
  readonly signer: string | null;
  /** When it was logged, in milliseconds since the epoch. */
  readonly time: number | null;
  /** Its index in the transparency log. */
  readonly logIndex: number | null;
  /** Why it did not verify, or `null`. */
  readonly error: ErrorReport | null;
}

/** What `verify` found out. */
export interface VerifyReport {
  /** The file's name. */
  readonly file: string;
  /** SHA-256 of its bytes, lower-case hex. */
  readonly sha256: string;
  /** Every attestation that there is of it. */
  readonly attestations: readonly CheckedAttestation[];
}

/**
 * Renders what `verify` found out.
 *
 * @param report What it found out
 * @param layout Colour and columns
 * @returns Text without a final line feed
 */
export function renderVerify(report: VerifyReport, layout: Layout): string {
  const { columns = 80 } = layout;
  const { bold, dim, green, red } = createStyle(layout.colour);
  const lines = report.attestations.flatMap((each) => {
    const source = plain(each.source, 300);
    if (each.error !== null) {
      const reason = plain(each.error.message, 1000);
      return [
        `  ${red("refused")}   ${source}`,
        ...wrap(reason, columns, INDENT),
      ];
    }
    const against = each.expected === null
      ? "compared with no publisher: none is configured"
      : `as expected of ${plain(each.expected, 300)}`;
    return [
      `  ${green("verified")}  ${source}`,
      ...[
        `type    ${plain(each.predicateType ?? "", 200)}`,
        `signer  ${plain(each.signer ?? "unknown", 300)}`,
        against,
        `logged  ${formatTime(each.time ?? 0)}, entry ${each.logIndex}`,
      ].map((line) => dim(`${INDENT}${line}`)),
    ];
  });
  const good = report.attestations.filter(({ error }) => error === null);
  return [
    bold(plain(report.file, 300)),
    ...lines,
    `${good.length} of ${
      count(report.attestations.length, "attestation")
    } verified`,
  ].join("\n");
}

const INDENT = " ".repeat(12);
