import type { Clock } from '../clock.ts';

export interface ProbeOptions {
  readonly clock: Clock;
  /** A channel that the line listens to; undefined where there is none, and nothing to probe. */
  readonly channel: () => string | undefined;
  /** Sends on the way that commits take. */
  readonly publish: (channel: string, message: string) => Promise<unknown>;
  /** Told that nothing came although it was sent. */
  readonly onSilence: () => void;
}

/** How often a probe is sent, and how long it may take, in milliseconds: together below 5 seconds. */
const EVERY_MS = 1000;
const PATIENCE_MS = 2500;
const PROBE = 'probe ';

/**
 * Finds out whether what is published still arrives: over a half-open connection, or one to a server that others have left, nothing
 * comes and nothing fails. It sends a word of its own on a channel that is listened to, and waits for it. That it can't be sent proves
 * nothing.
 */
export class Probe {
  readonly #options: ProbeOptions;
  readonly #name = PROBE + Math.random().toString(36).slice(2);
  #round = 0;
  /** When the word that is still to come was taken. */
  #sentAt: number | undefined;
  #heardAt: number;
  #cancel: () => void;

  constructor(options: ProbeOptions) {
    this.#options = options;
    this.#heardAt = options.clock.monotonic();
    this.#cancel = this.#later();
  }

  /** Whether a message is a probe, of whichever process. */
  hear(message: string): boolean {
    if (!message.startsWith(PROBE)) return false;
    if (message === this.#word) {
      this.#sentAt = undefined;
      this.#heardAt = this.#options.clock.monotonic();
    }
    return true;
  }

  /** How long ago a word was heard, or the first one was still to come, in milliseconds. */
  get ageMs(): number {
    return this.#options.clock.monotonic() - this.#heardAt;
  }

  close(): void {
    this.#cancel();
  }

  get #word(): string {
    return `${this.#name}.${this.#round}`;
  }

  #later(): () => void {
    return this.#options.clock.after(EVERY_MS, () => {
      this.#look();
      this.#cancel = this.#later();
    });
  }

  #look(): void {
    const { clock, channel, onSilence } = this.#options;
    const now = clock.monotonic();
    if (this.#sentAt !== undefined && now - this.#sentAt > PATIENCE_MS) {
      this.#sentAt = undefined;
      onSilence();
      return;
    }
    const on = channel();
    if (on === undefined) this.#sentAt = undefined;
    else if (this.#sentAt === undefined) void this.#send(on);
  }

  async #send(channel: string): Promise<void> {
    this.#round += 1;
    const round = this.#round;
    const { clock, publish } = this.#options;
    // Before it is sent: the word may come before the answer does.
    this.#sentAt = clock.monotonic();
    try {
      await publish(channel, this.#word);
    } catch {
      if (this.#round === round) this.#sentAt = undefined;
    }
  }
}
