import type { KeptWrite } from './queue.ts';

/** Where a client keeps the writes that are under way: `sessionStorage`, or anything of its shape, whose methods may be asynchronous. */
export interface WriteStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): unknown;
}

/** Keeps a client's writes, so that those that were under way when the page went can be made again. */
export class Keeper {
  readonly #storage: WriteStorage;
  readonly #key: string;
  /** What is to be kept next. */
  #next: (() => readonly KeptWrite[]) | undefined;
  #isSaving = false;

  constructor(storage: WriteStorage, key: string) {
    this.#storage = storage;
    this.#key = key;
  }

  /** In the order they were made. What can't be read counts as nothing. */
  async load(): Promise<readonly KeptWrite[]> {
    try {
      const text = await this.#storage.getItem(this.#key);
      const { version, writes }: { version?: unknown; writes?: unknown } = JSON.parse(text ?? 'null') ?? {};
      return version === FORMAT && Array.isArray(writes) ? writes.filter(isKeptWrite) : [];
    } catch {
      return [];
    }
  }

  /** Keeps what `writes` tells, soon; of several changes in one turn only the last one's. */
  save(writes: () => readonly KeptWrite[]): void {
    this.#next = writes;
    if (!this.#isSaving) void this.#save();
  }

  async #save(): Promise<void> {
    this.#isSaving = true;
    await Promise.resolve();
    for (let next = this.#next; next; next = this.#next) {
      this.#next = undefined;
      try {
        await this.#storage.setItem(this.#key, JSON.stringify({ version: FORMAT, writes: next() }));
      } catch {
        // A full or forbidden storage keeps nothing; the writes themselves go on.
      }
    }
    this.#isSaving = false;
  }
}

/** Of what is kept, so that a later one is not misread. */
const FORMAT = 1;

function isKeptWrite(write: unknown): write is KeptWrite {
  const { id, intent, expected, requestId, madeAt } = (write ?? {}) as { readonly [field: string]: unknown };
  const isWhole = typeof intent === 'object' && intent !== null && typeof expected === 'object' && expected !== null;
  return isWhole && typeof id === 'string' && typeof requestId === 'string' && typeof madeAt === 'number';
}
