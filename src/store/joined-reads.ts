import type { Log } from './store.ts';

interface Batch<T> {
  /** The lowest version that anybody in it asks above. */
  after: number;
  answer?: Promise<T>;
}

/**
 * Joins the reads of one id that are asked for while another is under way: they wait, and are one read together, which starts after each
 * of them was asked for. However many look at a context at once, there are two reads of it at a time at most, one under way and one to
 * come; who is told of a commit together reads together.
 */
export class JoinedReads<T> {
  readonly #read: (id: string, after: number) => Promise<T>;
  /** By id: those that have not started. */
  readonly #next = new Map<string, Batch<T>>();
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(read: (id: string, after: number) => Promise<T>) {
    this.#read = read;
  }

  /** What was read for all who asked together, `after` being the lowest that any of them gave. */
  read(id: string, after = 0): Promise<T> {
    const batch = this.#next.get(id) ?? { after };
    batch.after = Math.min(batch.after, after);
    batch.answer ??= this.#start(id, batch);
    return batch.answer;
  }

  async #start(id: string, batch: Batch<T>): Promise<T> {
    this.#next.set(id, batch);
    // Without one before it, it still waits for whoever asks in the same turn.
    await this.#underWay.get(id);
    this.#next.delete(id);
    const reading = this.#read(id, batch.after);
    const isDone = reading.then(
      () => {},
      () => {},
    );
    this.#underWay.set(id, isDone);
    try {
      return await reading;
    } finally {
      if (this.#underWay.get(id) === isDone) this.#underWay.delete(id);
    }
  }
}

/** The part of a log above a version. */
export function logAbove({ head, entries }: Log, after: number): Log {
  const first = entries.findIndex(({ version }) => version > after);
  return { head, entries: first < 0 ? [] : entries.slice(first) };
}
