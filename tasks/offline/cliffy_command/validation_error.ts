/**
 * What a wrong command line is.
 *
 * @module
 */

/** Options of {@linkcode ValidationError}. */
export interface ValidationErrorOptions {
  /** The exit code to end with, 2 by default. */
  exitCode?: number;
}

/** The command line is wrong. */
export class ValidationError extends Error {
  /** The exit code to end with. */
  readonly exitCode: number;

  constructor(message: string, options: ValidationErrorOptions = {}) {
    super(message);
    this.exitCode = options.exitCode ?? 2;
  }
}
