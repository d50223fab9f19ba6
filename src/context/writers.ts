import type { Snapshot } from '../store/store.ts';
import type { Writer } from './writer.ts';

/** What a writer takes besides the state that it keeps, in bytes, about. */
const OVERHEAD = 1024;

/**
 * The writers of a process, one for each context that is written to or held open. One that has nothing to do rests, with the last state
 * it saw, so that the next write needs no read before it; the one that has rested longest goes when there are too many.
 */
export class Writers {
  readonly #make: (id: string, onIdle: () => void) => Writer;
  readonly #cacheBytes: number;
  readonly #writers = new Map<string, Writer>();
  readonly #holders = new Map<string, number>();
  /** What each that rests is counted as, the longest first. */
  readonly #resting = new Map<string, number>();
  #restingBytes = 0;

  /** `cacheBytes`: how much those that rest may keep, their states counted as JSON. */
  constructor(make: (id: string, onIdle: () => void) => Writer, cacheBytes: number) {
    this.#make = make;
    this.#cacheBytes = cacheBytes;
  }

  /** For a write, with which it comes to rest again. */
  of(id: string): Writer {
    this.#wake(id);
    const existing = this.#writers.get(id);
    if (existing) return existing;
    const writer = this.#make(id, () => this.#rest(id));
    this.#writers.set(id, writer);
    return writer;
  }

  /** To stay until it is released as often as it was held. */
  hold(id: string): Writer {
    this.#holders.set(id, (this.#holders.get(id) ?? 0) + 1);
    return this.of(id);
  }

  release(id: string): void {
    const count = (this.#holders.get(id) ?? 1) - 1;
    if (count > 0) {
      this.#holders.set(id, count);
      return;
    }
    this.#holders.delete(id);
    if (this.#writers.get(id)?.isIdle) this.#rest(id);
  }

  /** The context as it stands, by a writer that has seen it before; undefined where there is none. What has grown counts anew. */
  async read(id: string): Promise<Snapshot | null | undefined> {
    const snapshot = await this.#writers.get(id)?.lastSeen.refresh();
    if (this.#resting.has(id)) this.#rest(id);
    return snapshot;
  }

  #rest(id: string): void {
    if (this.#holders.has(id)) return;
    this.#wake(id);
    const seen = this.#writers.get(id)?.lastSeen.peek();
    const bytes = OVERHEAD + (seen?.status === 'live' ? seen.bytes : 0);
    // What does not fit by itself must not cost all others their place first.
    if (bytes > this.#cacheBytes) {
      this.#writers.delete(id);
      return;
    }
    this.#resting.set(id, bytes);
    this.#restingBytes += bytes;
    for (const oldest of this.#resting.keys()) {
      if (this.#restingBytes <= this.#cacheBytes) break;
      this.#wake(oldest);
      this.#writers.delete(oldest);
    }
  }

  #wake(id: string): void {
    this.#restingBytes -= this.#resting.get(id) ?? 0;
    this.#resting.delete(id);
  }
}
