import type { KeptWrite } from './queue.ts';

/** Where a client keeps the writes that are under way: `localStorage`, or anything of its shape, whose methods may be asynchronous. */
export interface WriteStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): unknown;
}

/** Keeps a client's writes, so that those that were under way when the page went can be made again. */
export class Keeper {
  readonly #storage: WriteStorage;
  readonly #key: string;
  #saving: Promise<void> | undefined;
  #isDirty = false;

  constructor(storage: WriteStorage, key: string) {
    this.#storage = storage;
    this.#key = key;
  }

  /** In the order they were made. What can't be read counts as nothing. */
  async load(): Promise<readonly KeptWrite[]> {
    try {
      const text = await this.#storage.getItem(this.#key);
      const { version, writes } = JSON.parse(text ?? 'null') ?? { version: FORMAT, writes: [] };
      return version === FORMAT ? writes : [];
    } catch {
      return [];
    }
  }

  /** Keeps what `writes` tells, soon; of several changes in one turn only the last one's. */
  save(writes: () => readonly KeptWrite[]): void {
    this.#isDirty = true;
    this.#saving ??= this.#save(writes);
  }

  async #save(writes: () => readonly KeptWrite[]): Promise<void> {
    await Promise.resolve();
    while (this.#isDirty) {
      this.#isDirty = false;
      try {
        await this.#storage.setItem(this.#key, JSON.stringify({ version: FORMAT, writes: writes() }));
      } catch {
        // A full or forbidden storage keeps nothing; the writes themselves go on.
      }
    }
    this.#saving = undefined;
  }
}

/** Of what is kept, so that a later one is not misread. */
const FORMAT = 1;
