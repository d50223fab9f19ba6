import type { Path } from '../delta/deep-update.ts';
import type { ArpeggioError } from '../errors.ts';
import { admitObject, type JsonObject } from '../json.ts';
import { Connection } from './connection.ts';
import { SYNC } from './documents.ts';
import { type ContextState, Entry } from './entry.ts';
import { ArpeggioClientError } from './errors.ts';
import type { Intent, Transform } from './intent.ts';
import type { Expectation, KeptWrite, Writing, Written } from './queue.ts';
import { emptyReplica, follow, type Replica, type ReplicaEvent } from './replica.ts';
import type { ConnectionOptions } from './session.ts';
import { Keeper, type WriteStorage } from './storage.ts';
import { type Delays, systemTime, type Time } from './time.ts';
import { type ContextWatch, Watching } from './watch.ts';

export interface ClientOptions extends ConnectionOptions {
  /** How long to wait before a lost connection is opened again. @default between 0 and 500 ms at first, doubling up to 20 s */
  readonly retry?: Partial<Delays>;
  /** Writes that may wait for their answers at once; one more is refused with `QUEUE_FULL`. @default 1000 */
  readonly maxPendingWrites?: number;
  /**
   * How old a write may become before it is answered, in milliseconds; then it is refused with `WRITE_EXPIRED`. It must be less than the server
   * remembers request ids (`receiptTtlMs`, 10 minutes), or a write could count twice. @default 540000
   */
  readonly writeTtlMs?: number;
  /** Where writes under way are kept, to be made again by the next client of this storage and key: `sessionStorage`. @default nowhere */
  readonly storage?: WriteStorage;
  /** Two clients that live at the same time need two. @default 'arpeggio:writes' */
  readonly storageKey?: string;
  /** Told of each kept write that is refused once it is made again, whose promise has gone with the page that made it. @default nobody is */
  readonly onRefused?: (id: string, error: ArpeggioClientError) => void;
  /** How long a context is kept up to date after the last watch was closed, in milliseconds. @default 1000 */
  readonly lingerMs?: number;
}

export interface ArpeggioClient {
  /** Keeps a copy of a context equal to the server's until `close` is called on what is returned. All watches of one id share one copy. */
  watch<T extends object = JsonObject>(id: string): ContextWatch<T>;
  /** The latest state, without asking for anything; undefined where no watch is open, or was a moment ago, and no write is under way. */
  peek<T extends object = JsonObject>(id: string): ContextState<T> | undefined;
  /** Replaces the whole context, or creates it. */
  set(id: string, context: object, options?: Expectation): Promise<Written>;
  /**
   * Makes a new context of the old one. The function must be pure: it is called again on what others have made where they came first, as often as
   * that takes, so that no update is lost.
   */
  update<T extends object = JsonObject>(id: string, transform: (context: T) => T): Promise<Written>;
  /** Merges changes into the context: objects merge, everything else replaces; then the paths in `remove` go. */
  update(id: string, changes: object, options?: Expectation & { readonly remove?: readonly Path[] }): Promise<Written>;
  /** Takes paths out of the context. */
  remove(id: string, ...paths: readonly Path[]): Promise<Written>;
  delete(id: string, options?: Expectation): Promise<Written>;
  /** Brings a copy of one's own up to date, by the least that is right. Rejects with `CONTEXT_NOT_FOUND`, `CONNECTION_LOST`, …; nothing is retried. */
  sync(id: string, replica?: Replica): Promise<Replica>;
  /**
   * Runs any query or mutation over the client's connection, and resolves to its `data`: histories, differences, reverts. Rejects with what the server
   * refuses, and with `CONNECTION_LOST`; nothing is retried, and nothing shows before the server has it.
   */
  request<T = JsonObject>(document: string, variables?: object): Promise<T>;
  /** Writes that wait for their answers, or for the copy to have them. */
  readonly pendingWrites: number;
  /** Begins anew what has failed, and what waits to be tried again: as when there is a new token. */
  retry(): void;
  /** Ends everything: watches have failed and writes are refused with `CLIENT_CLOSED` (and stay kept, where there is a storage). */
  close(): void;
}

const DELAYS: Delays = { minMs: 500, maxMs: 20_000 };
const WRITE_TTL_MS = 540_000;
/** How long a storage may take to tell what it has kept, in milliseconds. */
const LOADING_MS = 10_000;
/** What a client can not know of the server's limits, the server tells. */
const ADMISSION = { keyBytes: Number.POSITIVE_INFINITY, depth: 250, nodes: Number.POSITIVE_INFINITY };

/** A client of one server, which connects when something is asked of it. Tests hand in a time of theirs. */
export function createClient(options: ClientOptions, time: Time = systemTime): ArpeggioClient {
  return new Client(options, time);
}

class Client implements ArpeggioClient {
  readonly #connection: Connection;
  readonly #writing: Writing;
  readonly #maxPendingWrites: number;
  readonly #lingerMs: number;
  readonly #onRefused: NonNullable<ClientOptions['onRefused']>;
  readonly #entries = new Map<string, Entry>();
  readonly #keeper: Keeper | undefined;
  /** Nothing is kept before what was kept has been read, which would be lost. */
  #isLoaded = false;
  /** What was under way when the client was closed. */
  #last: readonly KeptWrite[] | undefined;
  #isClosed = false;
  readonly #nudge = (): void => this.#connection.nudge();

  constructor(options: ClientOptions, time: Time) {
    const { maxPendingWrites = 1000, writeTtlMs: ttlMs = WRITE_TTL_MS, lingerMs = 1000, storage } = options;
    this.#maxPendingWrites = maxPendingWrites;
    this.#lingerMs = lingerMs;
    this.#onRefused = options.onRefused ?? (() => {});
    const delays = { ...DELAYS, ...options.retry };
    this.#connection = new Connection(options, time, delays);
    // A browser knows better than any delay when there is a network again.
    globalThis.addEventListener?.('online', this.#nudge);
    this.#keeper = storage && new Keeper(storage, options.storageKey ?? 'arpeggio:writes');
    const loaded = this.#keeper ? this.#load(this.#keeper, time) : Promise.resolve();
    this.#writing = { connection: this.#connection, time, delays, ttlMs, loaded, newRequestId };
  }

  get pendingWrites(): number {
    return [...this.#entries.values()].reduce((sum, { pendingWrites }) => sum + pendingWrites, 0);
  }

  watch<T extends object = JsonObject>(id: string): ContextWatch<T> {
    return new Watching<T>(this.#entryOf(id), this.#lingerMs);
  }

  peek<T extends object = JsonObject>(id: string): ContextState<T> | undefined {
    return this.#entries.get(id)?.state as ContextState<T> | undefined;
  }

  set(id: string, context: object, options: Expectation = {}): Promise<Written> {
    return this.#write(id, () => ({ kind: 'set', context: admitObject(context, ADMISSION) }), options);
  }

  update<T extends object>(
    id: string,
    what: object | ((context: T) => T),
    options: Expectation & { readonly remove?: readonly Path[] } = {},
  ): Promise<Written> {
    const { remove = [], ...expected } = options;
    if (typeof what === 'function') {
      const transform = what as (context: object) => object;
      return this.#write(id, () => (context) => admitObject(transform(context), ADMISSION), {});
    }
    return this.#write(id, () => ({ kind: 'update', changes: admitObject(what, ADMISSION), remove }), expected);
  }

  remove(id: string, ...paths: readonly Path[]): Promise<Written> {
    return this.#write(id, () => ({ kind: 'update', changes: {}, remove: paths }), {});
  }

  delete(id: string, options: Expectation = {}): Promise<Written> {
    return this.#write(id, () => ({ kind: 'delete' }), options);
  }

  async sync(id: string, replica: Replica = emptyReplica): Promise<Replica> {
    if (this.#isClosed) throw closed();
    const place = replica.status === 'empty' ? {} : { cursor: replica.cursor };
    const { sync } = await this.#connection.request<{ sync: ReplicaEvent }>(SYNC, { id, ...place });
    return follow(replica, sync);
  }

  async request<T = JsonObject>(document: string, variables: object = {}): Promise<T> {
    if (this.#isClosed) throw closed();
    return this.#connection.request<T>(document, { ...variables });
  }

  retry(): void {
    this.#connection.nudge();
    for (const entry of this.#entries.values()) entry.retry();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // As long as they are there to be kept.
    this.#last = this.#kept();
    this.#save();
    globalThis.removeEventListener?.('online', this.#nudge);
    for (const entry of this.#entries.values()) entry.close(closed());
    this.#connection.close();
  }

  #entryOf(id: string): Entry {
    if (this.#isClosed) throw closed();
    const known = this.#entries.get(id);
    if (known) return known;
    const entry = new Entry(
      id,
      this.#writing,
      () => this.#save(),
      () => this.#entries.delete(id),
    );
    this.#entries.set(id, entry);
    return entry;
  }

  async #write(
    id: string,
    what: () => Intent | Transform,
    { expectedVersion, expectedCursor }: Expectation,
  ): Promise<Written> {
    if (this.#isClosed) throw closed();
    const write = admitted(what);
    if (this.pendingWrites >= this.#maxPendingWrites) {
      throw new ArpeggioClientError('QUEUE_FULL', 'Too many writes wait for their answers.', { applied: 'NO' });
    }
    const expected = {
      ...(expectedVersion === undefined ? {} : { expectedVersion }),
      ...(expectedCursor === undefined ? {} : { expectedCursor }),
    };
    return this.#entryOf(id).write(write, expected);
  }

  async #load(keeper: Keeper, time: Time): Promise<void> {
    const late = new Promise<readonly KeptWrite[]>((resolve) => void time.after(LOADING_MS, () => resolve([])));
    const kept = await Promise.race([keeper.load(), late]);
    this.#isLoaded = true;
    if (this.#last) {
      this.#last = [...kept, ...this.#last];
    } else {
      for (const write of kept) {
        this.#entryOf(write.id)
          .write(write.intent, write.expected, write)
          .catch((error) => this.#onRefused(write.id, error));
      }
    }
    this.#save();
  }

  #save(): void {
    const last = this.#last;
    if (this.#isLoaded) this.#keeper?.save(() => last ?? this.#kept());
  }

  #kept(): readonly KeptWrite[] {
    return [...this.#entries.values()].flatMap(({ kept }) => kept);
  }
}

/** @throws ArpeggioClientError for what no context can hold */
function admitted(what: () => Intent | Transform): Intent | Transform {
  try {
    return what();
  } catch (cause) {
    const { code, message } = cause as ArpeggioError;
    throw new ArpeggioClientError(code, message, { applied: 'NO', cause });
  }
}

function closed(): ArpeggioClientError {
  return new ArpeggioClientError('CLIENT_CLOSED', 'The client is closed.', { applied: 'NO' });
}

/** 128 random bits. (`crypto.randomUUID` is not there on pages without TLS.) */
function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
