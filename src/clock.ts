export type TimeUnit = 'second' | 'millisecond';

/** Time as it is handed to everything that needs it; tests pass one they move by hand. */
export interface Clock {
  /** Milliseconds in one unit of `now`. */
  readonly unitMs: number;
  /** Unix time in the server's unit, for people and records. It may jump; nothing that must be right depends on it. */
  now(): number;
  /** Milliseconds from an arbitrary start that never run backwards, for ages and timeouts. */
  monotonic(): number;
  /** Calls `run` once after at least `ms` milliseconds, unless the returned function is called before. Holds no process open. */
  after(ms: number, run: () => void): () => void;
}

/** Unix time in a unit, by whatever means. */
export type TimeProvider = (unit: TimeUnit) => number;

export interface ClockOptions {
  /** @default 'second' */
  readonly timeUnit?: TimeUnit;
  /** Where timestamps come from. @default the system's time */
  readonly timeProvider?: TimeProvider;
}

export function systemClock({ timeUnit = 'second', timeProvider = systemTime }: ClockOptions = {}): Clock {
  return {
    unitMs: UNIT_MS[timeUnit],
    now: () => timeProvider(timeUnit),
    monotonic: () => performance.now(),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

const UNIT_MS = { second: 1000, millisecond: 1 } as const;

function systemTime(unit: TimeUnit): number {
  return Math.floor(Date.now() / UNIT_MS[unit]);
}
