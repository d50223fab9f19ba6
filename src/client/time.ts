/** Time and chance, handed to everything in the client that needs them; tests pass their own. */
export interface Time {
  /** Unix time in milliseconds. */
  now(): number;
  /** Calls `run` once after `ms` milliseconds, unless the returned function is called before. */
  after(ms: number, run: () => void): () => void;
  /** From 0 up to, not including, 1. */
  random(): number;
}

export const systemTime: Time = {
  now: () => Date.now(),
  after(ms, run) {
    // More would be taken for nothing.
    const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

export interface Delays {
  /** Before the first try again, in milliseconds; it doubles with each one. @default 500 */
  readonly minMs: number;
  /** @default 20000 */
  readonly maxMs: number;
}

/**
 * How long to wait before trying again: some time between nothing and a bound that doubles, so that clients who were cut together do not come
 * back together. (Full jitter, from "Exponential Backoff And Jitter" in the AWS Architecture Blog.)
 */
export function delayOf(attempt: number, { minMs, maxMs }: Delays, random: () => number): number {
  return random() * Math.min(maxMs, minMs * 2 ** attempt);
}
