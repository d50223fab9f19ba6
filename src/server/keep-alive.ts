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
/** How many parts of all connections are looked after in turn. */
const PARTS = 12;

/** How to deal with connections of one kind. */
export interface Way<C extends EventEmitter> {
  /** Asks for an answer that repeats a text, where the protocol has such a thing. */
  readonly ping?: (connection: C, text: string) => void;
  readonly cut: (connection: C) => void;
  /** Whether what comes from it is left unread for now: then that nothing comes says nothing. */
  readonly isUnread?: (connection: C) => boolean;
}

/**
 * Cuts connections whose other end is gone or stands still, and never one that is only slow. It lives as long as anything comes from it, an
 * answer to a ping at least. One that is backed up lives as long as it takes some of what waits for it, whatever it sends: an answer may be
 * long in coming behind a backlog, and who sends and never reads would be kept for good.
 *
 * One timer looks after all of them, a part at a time: there may be many, and most of them idle.
 */
export class KeepAlive {
  readonly #clock: Clock;
  readonly #onCut: () => void;
  /** In the order in which they are looked at; each comes back a whole round later. */
  readonly #parts: readonly Set<Kept>[] = Array.from({ length: PARTS }, () => new Set());
  #part = 0;
  #count = 0;
  #stop = (): void => {};

  constructor(clock: Clock, onCut: () => void) {
    this.#clock = clock;
    this.#onCut = onCut;
  }

  /** Looks after a connection until its `close`. Returns what is told of each answer. */
  keep<C extends EventEmitter>(connection: C, stream: Socket, way: Way<C>): Pick<Kept, 'answered'> {
    const part = this.#parts[this.#part];
    const kept = new KeptConnection(connection, stream, way);
    part?.add(kept);
    this.#count += 1;
    if (this.#count === 1) this.#wait();
    connection.on('close', () => {
      this.#count -= 1;
      part?.delete(kept);
      if (this.#count === 0) this.#stop();
    });
    return kept;
  }

  #wait(): void {
    this.#stop = this.#clock.after(LOOK_MS / PARTS, () => {
      this.#wait();
      this.#part = (this.#part + 1) % PARTS;
      for (const kept of this.#parts[this.#part] ?? []) {
        if (kept.look()) continue;
        this.#onCut();
        kept.cut();
      }
    });
  }
}

/** A connection that may live for days. */
interface Kept {
  /** Told of an answer's text. */
  answered(text: string): void;
  /** Looks whether it is to be waited for any longer. */
  look(): boolean;
  cut(): void;
}

/** There is one for each connection, idle as it may be: fields cost less than closures. */
class KeptConnection<C extends EventEmitter> implements Kept {
  readonly #connection: C;
  readonly #stream: Socket;
  readonly #way: Way<C>;
  #hasLooked = false;
  /** Bytes that had come from it. */
  #came = 0;
  /** Bytes that had been handed to its system, and of those, how many were still to be taken. */
  #went = 0;
  #left = 0;
  #isBackedUp = false;
  /** For how many looks nothing has come from it, and it has taken nothing. */
  #silence = 0;
  /** How much of what was written it is known to have read. */
  #read = 0;

  constructor(connection: C, stream: Socket, way: Way<C>) {
    this.#connection = connection;
    this.#stream = stream;
    this.#way = way;
  }

  answered(text: string): void {
    this.#read = Math.max(this.#read, Number(text) || 0);
  }

  look(): boolean {
    const { bytesRead: came, bytesWritten, writableLength: waiting } = this.#stream;
    const went = bytesWritten - waiting;
    const left = leftOf(this.#stream);
    this.#silence = this.#isSilent(came, went, left) ? this.#silence + 1 : 0;
    const isBackedUp = waiting > 0;
    // Though nothing waits here, what the systems between have taken in may lie before a ping, by megabytes.
    const unread = Math.max(0, bytesWritten - this.#read);
    const patience = isBackedUp ? STALLED_LOOKS : 1 + Math.floor(unread / SLOWEST_BYTES);
    if (this.#silence >= patience) return false;
    if (!isBackedUp) this.#way.ping?.(this.#connection, String(bytesWritten));
    this.#hasLooked = true;
    this.#came = came;
    this.#went = went;
    this.#left = left;
    this.#isBackedUp = isBackedUp;
    return true;
  }

  cut(): void {
    this.#way.cut(this.#connection);
  }

  /** Whether nothing was taken of what had to wait, or nothing has come where nothing had. Of one that can't be asked, that says nothing. */
  #isSilent(came: number, went: number, left: number): boolean {
    if (!this.#hasLooked) return false;
    if (this.#isBackedUp) return went === this.#went && left === this.#left;
    return came === this.#came && this.#way.ping !== undefined && !this.#way.isUnread?.(this.#connection);
  }
}

/** Of a large write, what is left of it: node's own timeout looks at nothing else. Zero where there is no such number. */
function leftOf(stream: Socket): number {
  const handle = '_handle' in stream ? stream._handle : undefined;
  if (typeof handle !== 'object' || handle === null || !('writeQueueSize' in handle)) return 0;
  return Number(handle.writeQueueSize);
}
