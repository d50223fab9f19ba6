import type { Log } from './store.ts';

interface Batch {
  /** The lowest version that anybody in it asks above. */
  after: number;
  log?: Promise<Log>;
}

/**
 * Joins the log reads of one id that are asked for while another is under way: they wait, and are one read together, which starts
 * after each of them was asked for. However many look at a context at once, there are two reads of it at a time at most, one under way
 * and one to come; who is told of a commit together reads together.
 */
export class JoinedReads {
  readonly #read: (id: string, after: number) => Promise<Log>;
  /** By id: those that have not started. */
  readonly #next = new Map<string, Batch>();
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(read: (id: string, after: number) => Promise<Log>) {
    this.#read = read;
  }

  async readLog(id: string, after: number): Promise<Log> {
    const batch = this.#next.get(id) ?? { after };
    batch.after = Math.min(batch.after, after);
    batch.log ??= this.#start(id, batch);
    const { head, entries } = await batch.log;
    const first = entries.findIndex(({ version }) => version > after);
    return { head, entries: first < 0 ? [] : entries.slice(first) };
  }

  async #start(id: string, batch: Batch): Promise<Log> {
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
