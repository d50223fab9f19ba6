import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';

/** How often a connection is looked after, in milliseconds. */
export const LOOK_MS = 12_000;
/** What the slowest reader that is waited for takes between two looks, in bytes. */
export const SLOWEST_BYTES = 128 * 1024;
/**
 * How many looks a connection that is backed up may take nothing: five minutes. A system tells of room only once there is a good deal of
 * it (Linux: a third of what it buffers, up to two megabytes), which the slowest reader takes in less than that.
 */
export const STALLED_LOOKS = 25;

/** A connection that may live for days. */
export interface Kept {
  /** Its `close` is its end. */
  readonly connection: EventEmitter;
  readonly stream: Socket;
  /** Asks for an answer that repeats a text, where the protocol has such a thing. */
  readonly ping?: (text: string) => void;
  readonly cut: () => void;
}

interface Look {
  /** Bytes that have come from it. */
  readonly came: number;
  /** Bytes that were handed to its system, and of those, how many are still to be taken. */
  readonly went: number;
  readonly left: number;
  readonly isBackedUp: boolean;
}

/**
 * Cuts connections whose other end is gone or stands still, and never one that is only slow. It lives as long as anything comes from it, an
 * answer to a ping at least. One that is backed up lives as long as it takes some of what waits for it, whatever it sends: an answer may be
 * long in coming behind a backlog, and who sends and never reads would be kept for good.
 */
export class KeepAlive {
  readonly #clock: Clock;
  readonly #onCut: () => void;

  constructor(clock: Clock, onCut: () => void) {
    this.#clock = clock;
    this.#onCut = onCut;
  }

  /** Looks after a connection until it ends. Returns what is to be told of each answer's text. */
  keep({ connection, stream, ping, cut }: Kept): (answer: string) => void {
    let last: Look | undefined;
    let silence = 0;
    let read = 0;
    const look = (): void => {
      const now = lookAt(stream);
      silence = last && !isAlive(last, now, ping !== undefined) ? silence + 1 : 0;
      // Though nothing waits here, what the systems between have taken in may lie before a ping, by megabytes.
      const unread = Math.max(0, stream.bytesWritten - read);
      const patience = now.isBackedUp ? STALLED_LOOKS : 1 + Math.floor(unread / SLOWEST_BYTES);
      if (silence >= patience) {
        this.#onCut();
        cut();
        return;
      }
      if (!now.isBackedUp) ping?.(String(stream.bytesWritten));
      last = now;
      stop = this.#clock.after(LOOK_MS, look);
    };
    let stop = this.#clock.after(LOOK_MS, look);
    connection.once('close', () => stop());
    return (answer) => {
      read = Math.max(read, Number(answer) || 0);
    };
  }
}

/** Whether something was taken of what had to wait, or has come where nothing had. Of one that can't be asked, that says nothing. */
function isAlive(last: Look, now: Look, canBeAsked: boolean): boolean {
  if (last.isBackedUp) return now.went !== last.went || now.left !== last.left;
  return now.came !== last.came || !canBeAsked;
}

function lookAt(stream: Socket): Look {
  const waiting = stream.writableLength;
  return {
    came: stream.bytesRead,
    went: stream.bytesWritten - waiting,
    left: leftOf(stream),
    isBackedUp: waiting > 0,
  };
}

/** Of a large write, what is left of it: node's own timeout looks at nothing else. Zero where there is no such number. */
function leftOf(stream: Socket): number {
  const handle = '_handle' in stream ? stream._handle : undefined;
  if (typeof handle !== 'object' || handle === null || !('writeQueueSize' in handle)) return 0;
  return Number(handle.writeQueueSize);
}
