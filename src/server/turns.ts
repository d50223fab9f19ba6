import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Clock } from '../clock.ts';

/** How many answers of one connection may be worked out at once. */
export const AT_ONCE = 16;
/** How much may wait in a connection before nothing more of it is read, in bytes. */
export const FULL_BYTES = 1024 * 1024;

/**
 * Works out a WebSocket's answers as its client takes them. Where it does not, what it asks stays unread: a socket that is full, or on which
 * answers wait for their turn, is paused. So is one whose messages come too fast.
 */
export class Turns {
  readonly #socket: WebSocket;
  readonly #stream: Socket;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #isDraining = false;
  #isHeld = false;
  #onEnd: (() => void) | undefined;

  constructor(socket: WebSocket, stream: Socket) {
    this.#socket = socket;
    this.#stream = stream;
    // There is nobody to answer any more.
    socket.once('close', () => this.#waiting.splice(0));
  }

  /** Does what leads to one answer, once it may. The answer is to be sent without a pause between. */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#onEnd) return new Promise<never>(() => {});
    if (this.#isFree) {
      this.#running += 1;
    } else {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        this.look();
      });
    }
    try {
      return await work();
    } finally {
      // By then it is sent.
      setImmediate(() => {
        this.#running -= 1;
        this.look();
        if (this.#running === 0) this.#onEnd?.();
      });
    }
  }

  /** Begins nothing more: what waits for its turn, or comes now, is never done. Calls back once what had begun is answered. */
  end(onEnd: () => void): void {
    this.#waiting.splice(0);
    this.#onEnd = onEnd;
    if (this.#running === 0) onEnd();
  }

  /** Reads nothing more for so many milliseconds. */
  hold(ms: number, clock: Clock): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    clock.after(ms, () => {
      this.#isHeld = false;
      this.look();
    });
  }

  /** To be called whenever something has come. */
  look(): void {
    while (this.#isFree && this.#waiting.length > 0) {
      this.#running += 1;
      this.#waiting.shift()?.();
    }
    if (this.#isFull || this.#isHeld || this.#waiting.length > 0) this.#socket.pause();
    else if (this.#socket.isPaused) this.#socket.resume();
    if (!this.#isFull || this.#isDraining) return;
    this.#isDraining = true;
    this.#stream.once('drain', () => {
      this.#isDraining = false;
      this.look();
    });
  }

  get #isFree(): boolean {
    return this.#running < AT_ONCE && !this.#isFull;
  }

  get #isFull(): boolean {
    return this.#socket.bufferedAmount > FULL_BYTES;
  }
}
