import { nanoid } from 'nanoid';
import type { Clock } from '../clock.ts';
import { StoreUnavailableError } from '../errors.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { Store } from '../store/store.ts';
import { type Figures, type Speeds, type Stats, speeds, sumOf } from './figures.ts';

export interface FleetOptions {
  readonly store: Pick<Store, 'readRecord' | 'writeRecord'>;
  readonly clock: Clock;
  readonly figures: () => Figures;
  /** Told where a process could not tell the others of itself; it tries again. */
  readonly onFailure: (error: unknown) => void;
  /**
   * Told, each time that this process has told of itself, of all that live, it among them; and whether the others had taken it for gone.
   */
  readonly onBeat?: (living: ReadonlySet<string>, isBack: boolean) => void;
}

const RECORD = 'stats';
/** How often a process tells of itself, in milliseconds. */
export const EVERY_MS = 5000;
/** Past how many of these a process that has told nothing new is no more. */
const MISSED = 3;
/** Others may write at the same moment. */
const TRIES = 5;

/** What a process has told, under its own name. */
interface Entry {
  /** Another one each time that it tells. */
  readonly beat: number;
  readonly [name: string]: unknown;
}

/**
 * All processes on one store. Each tells of itself in one record that they share, and knows another for gone once that has told nothing new for a
 * while: by its own clock, whatever those of the others say.
 */
export class Fleet {
  readonly #options: FleetOptions;
  /** What this process is called among the others. */
  readonly name = nanoid(12);
  readonly #seen = new Map<string, { readonly beat: number; readonly at: number }>();
  #beat = 0;
  #last: { readonly figures: Figures; readonly at: number } | undefined;
  #speeds: Speeds = { operationsPerSecond: 0, commitsPerSecond: 0, eventsPerSecond: 0 };
  #cancel = (): void => {};
  #telling: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Tells of this process from now on, until `close`. */
  join(): void {
    if (this.#isClosed) return;
    this.#telling = this.#tell().catch(this.#options.onFailure);
    this.#cancel = this.#options.clock.after(EVERY_MS, () => void this.#telling.then(() => this.join()));
  }

  /** Of this process what is so now; of the others, what they told last. @throws StoreUnavailableError */
  async stats(): Promise<Stats> {
    const { store, clock, figures } = this.#options;
    const askedAt = clock.monotonic();
    const { value } = await store.readRecord(RECORD);
    const storeMs = clock.monotonic() - askedAt;
    const others = this.#living(value).filter(([name]) => name !== this.name);
    return { ...sumOf([{ ...figures(), ...this.#speeds }, ...others.map(([, entry]) => entry)]), storeMs };
  }

  /** The names of all that live, this one's too. @throws StoreUnavailableError */
  async living(): Promise<ReadonlySet<string>> {
    const { value } = await this.#options.store.readRecord(RECORD);
    return new Set([...this.#living(value).map(([name]) => name), this.name]);
  }

  /** Now, and every few seconds, but for those in which the store does not answer. */
  async *watch(): AsyncGenerator<Stats> {
    while (!this.#isClosed) {
      const stats = await this.stats().catch((error: unknown) => {
        if (!(error instanceof StoreUnavailableError)) throw error;
      });
      if (stats) yield stats;
      await new Promise<void>((resolve) => this.#options.clock.after(EVERY_MS, resolve));
    }
  }

  /** Takes leave, as far as the store can be reached. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancel();
    await this.#telling;
    if (this.#beat > 0) await this.#change((entries) => entries.filter(([name]) => name !== this.name)).catch(() => {});
  }

  async #tell(): Promise<void> {
    const { clock, figures } = this.#options;
    const [now, at] = [figures(), clock.monotonic()];
    if (this.#last) this.#speeds = speeds(this.#last.figures, now, (at - this.#last.at) / 1000);
    this.#last = { figures: now, at };
    this.#beat += 1;
    const own: Entry = { ...now, ...this.#speeds, beat: this.#beat };
    let living: ReadonlySet<string> = new Set();
    let isBack = false;
    await this.#change((entries) => {
      living = new Set([...entries.map(([name]) => name), this.name]);
      isBack = this.#beat > 1 && entries.every(([name]) => name !== this.name);
      return [...entries.filter(([name]) => name !== this.name), [this.name, own]];
    });
    this.#options.onBeat?.(living, isBack);
  }

  async #change(
    edit: (entries: readonly (readonly [string, Entry])[]) => readonly (readonly [string, Entry])[],
  ): Promise<void> {
    const { store } = this.#options;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const { value, revision } = await store.readRecord(RECORD);
      const next = Object.fromEntries(edit(this.#living(value))) as JsonObject;
      if (await store.writeRecord(RECORD, next, revision)) return;
    }
  }

  #living(value: JsonObject | null): readonly (readonly [string, Entry])[] {
    const now = this.#options.clock.monotonic();
    const entries = Object.entries(value ?? {}).filter((entry): entry is [string, JsonObject & Entry] =>
      isEntry(entry[1]),
    );
    for (const name of this.#seen.keys()) if (!Object.hasOwn(value ?? {}, name)) this.#seen.delete(name);
    return entries.filter(([name, { beat }]) => {
      const seen = this.#seen.get(name);
      if (seen?.beat !== beat) this.#seen.set(name, { beat, at: now });
      return seen?.beat !== beat || now - seen.at < MISSED * EVERY_MS;
    });
  }
}

function isEntry(value: unknown): value is Entry {
  return isObject(value) && typeof value['beat'] === 'number';
}
