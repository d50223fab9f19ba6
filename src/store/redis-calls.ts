import type { Clock } from '../clock.ts';
import { StoreUnavailableError } from '../errors.ts';

/** What a failed call tells of its own fate. */
export type Fate =
  /** It was not executed, and trying again may help: no connection, a Redis that loads, fails over or is busy. */
  | 'notYet'
  /** It was not executed, and won't be: out of memory, no permission, a value in its place that is not ours. */
  | 'refused'
  /** It was sent, and no answer came: it may have been executed, and may still be. */
  | 'unknown';

/** From 7.2 on: a script was refused something, possibly after it had written. */
const REFUSED_IN_SCRIPT = /^NOPERM\b.*\bscript\b/;
const NOT_YET = /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|MOVED|ASK)\b/;
/** Replies that come before a command, or a script, has written anything. */
const REFUSED = /^(OOM|MISCONF|NOREPLICAS|NOAUTH|WRONGPASS|NOPERM|WRONGTYPE|CROSSSLOT)\b/;
/** ("Connection is closed." is not among them: ioredis says so of commands that it had sent, too.) */
const NOT_SENT = /^(Stream isn't writeable|Cluster isn't ready|Too many Cluster redirections)/;
/** Before 7.0 a script's error has its place in front. */
const IN_SCRIPT = /^ERR Error running script .*?: -?(?=[A-Z]+ )/;

/** By the message, which is all that Redis and ioredis tell errors apart by. */
export function fateOf(error: unknown): Fate {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name !== 'ReplyError') return NOT_SENT.test(error.message) ? 'notYet' : 'unknown';
  const message = error.message.replace(IN_SCRIPT, '');
  if (REFUSED_IN_SCRIPT.test(message)) return 'unknown';
  return NOT_YET.test(message) ? 'notYet' : REFUSED.test(message) ? 'refused' : 'unknown';
}

/** A call's answer, and whether an attempt before the last one may have been executed too. */
export interface Answered<T> {
  readonly value: T;
  readonly isRepeated: boolean;
}

/** The first pause between two attempts, in milliseconds; each further one is twice as long, up to the last. */
const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 500;

/** Calls to Redis that outlast a short outage, and say honestly what became of them where it is a long one. */
export class RedisCalls {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #onFailure: (error: unknown) => void;
  #isClosed = false;

  /** `timeoutMs`: how long a call is tried before it fails; `onFailure` is told of what it failed with. */
  constructor(clock: Clock, timeoutMs: number, onFailure: (error: unknown) => void = () => {}) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#onFailure = onFailure;
  }

  /**
   * Tries until an answer comes or the time is over. The call must bear being executed more than once.
   *
   * @throws StoreUnavailableError, `applied: 'NO'` only where no attempt can have been executed
   */
  async answered<T>(call: () => Promise<T>): Promise<Answered<T>> {
    const giveUpAt = this.#clock.monotonic() + this.#timeoutMs;
    let isRepeated = false;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LAST_PAUSE_MS)) {
      try {
        return { value: await call(), isRepeated };
      } catch (error) {
        const fate = fateOf(error);
        if (fate === 'unknown') isRepeated = true;
        const isOver = this.#isClosed || this.#clock.monotonic() + pause > giveUpAt;
        if (fate === 'refused' || isOver) {
          // ioredis notes what a command was called with, which is for nobody else to read.
          if (error instanceof Error) Reflect.deleteProperty(error, 'command');
          if (!this.#isClosed) this.#onFailure(error);
          throw new StoreUnavailableError({ applied: isRepeated ? 'UNKNOWN' : 'NO', cause: error });
        }
      }
      // Not all at the same moment when Redis comes back.
      await this.#pause(pause * (0.5 + Math.random()));
    }
  }

  /** The same for what only reads, whose failure says nothing of any write. */
  async read<T>(call: () => Promise<T>): Promise<T> {
    try {
      return (await this.answered(call)).value;
    } catch (error) {
      throw error instanceof StoreUnavailableError ? new StoreUnavailableError({ cause: error.cause }) : error;
    }
  }

  /** From here on nothing is tried twice. */
  close(): void {
    this.#isClosed = true;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(ms, resolve);
    });
  }
}
