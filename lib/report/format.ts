/**
 * Numbers for people.
 *
 * @module
 */

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/**
 * A size with three digits, in decimal units as PyPI shows them.
 *
 * @param bytes Bytes
 * @returns Such as `824 B`, `12.3 kB` or `1.02 GB`
 */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/**
 * A transfer rate.
 *
 * @param bytes Bytes
 * @param ms Milliseconds
 * @returns Such as `3.40 MB/s`
 */
export function formatRate(bytes: number, ms: number): string {
  return `${formatBytes(bytes / Math.max(ms, 1) * 1000)}/s`;
}

/**
 * A stretch of time.
 *
 * @param ms Milliseconds
 * @returns Such as `0.4s`, `12s`, `2m 5s` or `1h 2m`
 */
export function formatDuration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

/**
 * A number and its noun.
 *
 * @param n How many
 * @param noun The noun, one of them
 * @returns Such as `1 file` or `3 files`
 */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/**
 * A moment, to the second.
 *
 * @param ms Milliseconds since the epoch
 * @returns Such as `2026-01-31 12:00:05 UTC`
 */
export function formatTime(ms: number): string {
  // Far outside of any calendar, as a hostile claim may be.
  if (!(Math.abs(ms) < 8.64e15)) return "?";
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ") + " UTC";
}
