import type { Clock } from '../clock.ts';
import { InputError, withOutcome } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Store } from '../store/store.ts';
import type { CleanupPass, CleanupReport } from './pass.ts';

/** How the cleanup server stands, for all processes on one store. */
export interface CleanupStatus {
  readonly running: boolean;
  /** Milliseconds between two passes; null before it was ever set. */
  readonly intervalMs: number | null;
  /** What a pass may do at most; null: no limit. */
  readonly limit: number | null;
  readonly lastReport: CleanupReport | null;
}

/** What to set; what is missing stays as it is, and null takes a limit away. */
export interface CleanupSettings {
  readonly intervalMs?: number | undefined;
  readonly limit?: number | null | undefined;
}

/** The record in the store: the status, and how many passes were begun. */
interface CleanupRecord extends CleanupStatus {
  readonly passes: number;
}

const RECORD = 'cleanup';
const INITIAL: CleanupRecord = { running: false, intervalMs: null, limit: null, lastReport: null, passes: 0 };
const DEFAULT_INTERVAL_MS = 60_000;
const MIN_INTERVAL_MS = 1000;
const MAX_INTERVAL_MS = 2 ** 31 - 1;
/** How soon a process notices what another has set, in milliseconds. */
const LOOK_EVERY_MS = 1000;

/**
 * Repeats a pass, in whichever process comes first. All processes on a store read one record there: whether the server runs, how
 * often, and how many passes were begun. A process that has seen no pass begin for an interval counts one more, and the one whose count
 * is taken runs it; a process that dies meanwhile holds nobody up, and two passes at once do no harm.
 */
export class CleanupServer {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #pass: Pick<CleanupPass, 'run'>;
  readonly #onFailure: (error: unknown) => void;
  #cancel: (() => void) | undefined;
  #isClosed = false;
  #looking: Promise<void> | undefined;
  /** What to start with where nobody has ever set anything; until that is known to have been done. */
  #unlessSet: CleanupSettings | undefined;
  /** The pass that was begun last as far as this process knows, and when it noticed, by the monotonic clock. */
  #seen = { passes: -1, at: 0 };

  constructor(store: Store, clock: Clock, pass: Pick<CleanupPass, 'run'>, onFailure: (error: unknown) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#pass = pass;
    this.#onFailure = onFailure;
  }

  /** One pass now, in this process, whether the server runs or not; without a limit, all there is to do. @throws InputError */
  async pass(limit?: number): Promise<CleanupReport> {
    check({ limit });
    try {
      return await this.#pass.run(limit);
    } catch (error) {
      throw withOutcome(error, 'UNKNOWN');
    }
  }

  async status(): Promise<CleanupStatus> {
    return statusOf((await this.#read()).record);
  }

  /** Starts the server for all processes; the first pass comes after one interval. @throws InputError */
  async start(settings: CleanupSettings = {}): Promise<CleanupStatus> {
    check(settings);
    this.join();
    // Another pass begun, so to speak: whoever counts an interval starts anew.
    return this.#change((record) => ({ ...merged(record, settings), running: true, passes: record.passes + 1 }));
  }

  /** Changes the settings, running or not. @throws InputError */
  async update(settings: CleanupSettings): Promise<CleanupStatus> {
    check(settings);
    return this.#change((record) => merged(record, settings));
  }

  stop(): Promise<CleanupStatus> {
    return this.#change((record) => ({ ...record, running: false }));
  }

  /** Lets this process take part, until `close`; `start` does so too. */
  join(): void {
    if (this.#isClosed || this.#cancel) return;
    this.#cancel = this.#clock.after(LOOK_EVERY_MS, () => {
      this.#cancel = undefined;
      this.#looking = this.#look()
        .catch(this.#onFailure)
        .finally(() => this.join());
    });
  }

  /** Starts it unless somebody has ever started, changed or stopped it: what was said in one process is not undone by the next. */
  async startUnlessSet(settings: CleanupSettings): Promise<void> {
    check(settings);
    this.#unlessSet = settings;
    this.join();
    await this.#look().catch(this.#onFailure);
  }

  /** Leaves, once a pass under way in this process has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { record, revision } = await this.#read();
    if (this.#unlessSet && revision === 0) await this.start(this.#unlessSet);
    this.#unlessSet = undefined;
    if (revision === 0) return;
    const now = this.#clock.monotonic();
    if (!record.running || record.passes !== this.#seen.passes) this.#seen = { passes: record.passes, at: now };
    if (!record.running || now - this.#seen.at < (record.intervalMs ?? DEFAULT_INTERVAL_MS)) return;
    const begun = { ...record, passes: record.passes + 1 };
    if (!(await this.#write(begun, revision))) return;
    this.#seen = { passes: begun.passes, at: now };
    const lastReport = await this.#pass.run(record.limit ?? undefined);
    await this.#change((current) => ({ ...current, lastReport }));
  }

  async #change(change: (record: CleanupRecord) => CleanupRecord): Promise<CleanupStatus> {
    try {
      for (;;) {
        const { record, revision } = await this.#read();
        const next = change(record);
        if (await this.#write(next, revision)) return statusOf(next);
      }
    } catch (error) {
      throw withOutcome(error, 'UNKNOWN');
    }
  }

  async #read(): Promise<{ readonly record: CleanupRecord; readonly revision: number }> {
    const stored = await this.#store.readRecord(RECORD);
    return { record: { ...INITIAL, ...stored.value }, revision: stored.revision };
  }

  #write(record: CleanupRecord, revision: number): Promise<boolean> {
    return this.#store.writeRecord(RECORD, { ...record } as JsonObject, revision);
  }
}

function statusOf({ running, intervalMs, limit, lastReport }: CleanupRecord): CleanupStatus {
  return { running, intervalMs, limit, lastReport };
}

function merged(record: CleanupRecord, { intervalMs, limit }: CleanupSettings): CleanupRecord {
  return {
    ...record,
    intervalMs: intervalMs ?? record.intervalMs ?? DEFAULT_INTERVAL_MS,
    limit: limit === undefined ? record.limit : limit,
  };
}

/** @throws InputError unless it is what a pass or a cleanup server takes */
function check({ intervalMs, limit }: CleanupSettings): void {
  if (intervalMs !== undefined && !isWithin(intervalMs, MIN_INTERVAL_MS)) {
    throw new InputError(`intervalMs is an integer from ${MIN_INTERVAL_MS} to ${MAX_INTERVAL_MS}.`, { applied: 'NO' });
  }
  if (limit !== undefined && limit !== null && !isWithin(limit, 1)) {
    throw new InputError(`limit is an integer from 1 to ${MAX_INTERVAL_MS}.`, { applied: 'NO' });
  }
}

function isWithin(value: number, min: number): boolean {
  return Number.isInteger(value) && value >= min && value <= MAX_INTERVAL_MS;
}
