export type TimeUnit = 'second' | 'millisecond';

/** Time as it is handed to everything that needs it; tests pass one they move by hand. */
export interface Clock {
  /** Milliseconds in one unit of `now`. */
  readonly unitMs: number;
  /** Unix time in the server's unit, for people and records. It may jump; nothing that must be right depends on it. */
  now(): number;
  /** Milliseconds from an arbitrary start that never run backwards, for ages and timeouts. */
  monotonic(): number;
  /** Lets everything else that waits in the process have its turn. Holds the process open until then. */
  turn(): Promise<void>;
  /** Calls `run` once after at least `ms` milliseconds, unless the returned function is called before. Holds no process open. */
  after(ms: number, run: () => void): () => void;
}

/** Unix time in a unit, by whatever means. */
export type TimeProvider = (unit: TimeUnit) => number;

export interface ClockOptions {
  /** @default 'second' */
  readonly timeUnit?: TimeUnit;
  /** Where timestamps come from; a fraction is cut off. @default the system's time */
  readonly timeProvider?: TimeProvider;
}

export function systemClock({ timeUnit = 'second', timeProvider = systemTime }: ClockOptions = {}): Clock {
  return {
    unitMs: UNIT_MS[timeUnit],
    now: () => checked(timeProvider(timeUnit)),
    monotonic: () => performance.now(),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

/** A timestamp that is none would be stored for good, and would make every age wrong that is counted from it. */
function checked(time: number): number {
  const whole = Math.floor(time);
  if (typeof time === 'number' && Number.isSafeInteger(whole) && whole >= 0) return whole;
  throw new TypeError('timeProvider must return a number from 0 to 2^53 - 1.');
}

const UNIT_MS = { second: 1000, millisecond: 1 } as const;

function systemTime(unit: TimeUnit): number {
  return Math.floor(Date.now() / UNIT_MS[unit]);
}
