import type { Clock } from '../clock.ts';
import { spread } from './spread.ts';

export interface ShutdownOptions {
  /** How long everybody is still served, in milliseconds. @default 0 */
  readonly drainDelayMs?: number | undefined;
  /** Over how long at most connections are closed then, in milliseconds. @default 10000 */
  readonly drainMs?: number | undefined;
  /** How long it may take altogether, in milliseconds. @default 25000 */
  readonly shutdownMs?: number | undefined;
}

/** What is stopped, in this order. */
export interface Stopped {
  /** Whether there is anybody to go on serving for a while. */
  readonly isServing: boolean;
  /** Takes no new connections, and ends those on which nothing runs. Resolves once all have ended. */
  readonly stopListening: () => Promise<void>;
  /** What takes leave of each connection that would last. */
  readonly leaving: () => readonly (() => void)[];
  /** Waits for none of the connections any longer. */
  readonly cut: () => void;
  /** Lets go of all that is behind the connections. */
  readonly release: () => Promise<void>;
}

/** How long work that runs may take to end after connections were closed, in milliseconds. */
const GRACE_MS = 5000;

/** How a server stops: on time, whatever hangs. */
export class Shutdown {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #windowMs: number;
  readonly #graceMs: number;
  readonly #limitMs: number;

  /** @throws TypeError where nothing is left of the time after the delay */
  constructor({ drainDelayMs = 0, drainMs = 10_000, shutdownMs = 25_000 }: ShutdownOptions, clock: Clock) {
    if (drainDelayMs >= shutdownMs)
      throw new TypeError('drainDelayMs must be less than shutdownMs, which includes it.');
    this.#clock = clock;
    this.#delayMs = drainDelayMs;
    // Each part leaves as much to the next ones as it takes, at least.
    this.#windowMs = Math.min(drainMs, (shutdownMs - drainDelayMs) / 2);
    this.#graceMs = Math.min(GRACE_MS, (shutdownMs - drainDelayMs - this.#windowMs) / 2);
    this.#limitMs = shutdownMs;
  }

  /** Whether all of it had ended by the time that there is. */
  async run(stopped: Stopped): Promise<boolean> {
    let giveUp: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      giveUp = setTimeout(resolve, this.#limitMs, false);
    });
    try {
      return await Promise.race([this.#stop(stopped), late]);
    } finally {
      clearTimeout(giveUp);
    }
  }

  async #stop({ isServing, stopListening, leaving, cut, release }: Stopped): Promise<boolean> {
    if (isServing && this.#delayMs > 0) {
      await new Promise<void>((resolve) => this.#clock.after(this.#delayMs, resolve));
      // Requests that have come by now are begun, however busy the process is.
      await this.#clock.turn();
    }
    const ended = stopListening();
    await spread(leaving(), this.#windowMs, this.#clock);
    const cutting = setTimeout(cut, this.#graceMs);
    await ended;
    clearTimeout(cutting);
    await release();
    return true;
  }
}
