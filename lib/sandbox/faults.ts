/**
 * Answers that a sandbox gives on purpose instead of its own.
 *
 * @module
 */

/** What goes wrong, for which requests, how often. */
export interface Fault {
  /** Method and start of the path, such as `POST /legacy/`. */
  readonly match: string;
  /** For how many requests. @default {1} */
  readonly times?: number;
  /** The answer's status; without one the true answer is given, late. */
  readonly status?: number;
  /** The answer's headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer's body. */
  readonly body?: string;
  /** Milliseconds to wait before answering. @default {0} */
  readonly delay?: number;
  /**
   * `true`: the request takes effect, and only its answer is lost.
   *
   * @default {false}
   */
  readonly takesEffect?: boolean;
}

/** A fault, with how often it is still due. */
export interface PendingFault {
  /** The fault. */
  readonly fault: Fault;
  /** For how many more requests. */
  left: number;
}

/**
 * The fault that a request runs into, counted down.
 *
 * @param faults The faults that are still due
 * @param request The request
 * @returns The fault, or `null`
 */
export function takeFault(
  faults: readonly PendingFault[],
  request: Request,
): Fault | null {
  const line = `${request.method} ${new URL(request.url).pathname}`;
  const due = faults.find(({ fault, left }) =>
    left > 0 && line.startsWith(fault.match)
  );
  if (due === undefined) return null;
  due.left--;
  return due.fault;
}

/**
 * A fault's answer.
 *
 * @param fault The fault
 * @returns The answer, or `null` if the true one is to be given
 */
export function faultResponse(fault: Fault): Response | null {
  return fault.status === undefined ? null : new Response(fault.body ?? null, {
    status: fault.status,
    headers: { ...fault.headers },
  });
}
