export type TimeUnit = 'second' | 'millisecond';

/** Time as it is handed to everything that needs it; tests pass one they move by hand. */
export interface Clock {
  /** Unix time in the server's unit, for people and records. It may jump; nothing that must be right depends on it. */
  now(): number;
  /** Milliseconds from an arbitrary start that never run backwards, for ages and timeouts. */
  monotonic(): number;
  /** Calls `run` once after at least `ms` milliseconds, unless the returned function is called before. Holds no process open. */
  after(ms: number, run: () => void): () => void;
}

export interface ClockOptions {
  /** @default 'second' */
  readonly timeUnit?: TimeUnit;
}

export function systemClock({ timeUnit = 'second' }: ClockOptions = {}): Clock {
  const unitMs = timeUnit === 'second' ? 1000 : 1;
  return {
    now: () => Math.floor(Date.now() / unitMs),
    monotonic: () => performance.now(),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
