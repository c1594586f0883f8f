/**
 * Colour, on or off.
 *
 * @module
 */

/** Paints a text. */
export type Paint = (text: string) => string;

/** The few ways in which text is set apart. */
export interface Style {
  /** Headings. */
  readonly bold: Paint;
  /** What is of little weight. */
  readonly dim: Paint;
  /** What went wrong. */
  readonly red: Paint;
  /** What went well. */
  readonly green: Paint;
  /** What wants attention. */
  readonly yellow: Paint;
}

/** What every renderer of terminal text is told. */
export interface Layout {
  /** Whether to colour: only on a terminal, and only if nobody minds. */
  readonly colour: boolean;
  /** Columns to fill. @default {80} */
  readonly columns?: number;
}

const none: Paint = (text) => text;

/**
 * A set of paints that colour, or one that leaves all text as it is.
 *
 * @param colour Whether to colour
 * @returns The paints
 */
export function createStyle(colour: boolean): Style {
  const sgr = (on: number, off: number): Paint =>
    colour ? (text) => text && `\x1b[${on}m${text}\x1b[${off}m` : none;
  return {
    bold: sgr(1, 22),
    dim: sgr(2, 22),
    red: sgr(31, 39),
    green: sgr(32, 39),
    yellow: sgr(33, 39),
  };
}
