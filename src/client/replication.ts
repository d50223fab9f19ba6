import type { Connection } from './connection.ts';
import { CONTEXT_CHANGED, POSITION, SYNC } from './documents.ts';
import { ArpeggioClientError } from './errors.ts';
import { emptyReplica, follow, type Positioned, type Replica, type ReplicaEvent } from './replica.ts';
import { type Delays, delayOf, type Time } from './time.ts';

/**
 * Where a copy stands towards the server's:
 *
 * - `connecting`: nothing is known yet
 * - `live`: it has all that the server had when it was last asked, and is told every change since
 * - `behind`: there is a connection, and it has not brought all of that yet
 * - `stale`: there is no connection; the copy is as it was when there last was one
 * - `failed`: the server has refused, and nothing is tried any more
 */
export type Status = 'connecting' | 'live' | 'behind' | 'stale' | 'failed';

/** What may be otherwise next time is tried again, ever more seldom. Every other code ends it. */
export const PASSING: readonly string[] = [
  'CONNECTION_LOST',
  'STORE_UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
  'LIMIT_EXCEEDED',
];
/** How long a copy may stay behind before it is mended, in milliseconds: longer than a server needs to notice by itself. */
const PATIENCE_MS = 15_000;
/** Without trouble for this long, in milliseconds, it begins anew to wait but little after one. */
const RECOVERED_MS = 60_000;

/**
 * Keeps a copy of one context equal to the server's. It subscribes from where the copy stands, asks where the context does, and follows each event
 * that starts exactly there. What does not fit is mended by `sync`, from the cursor or, where that does not fit either, from nothing.
 * Whatever the server does, it is asked ever more seldom as long as it does so.
 */
export class Replication {
  replica: Replica;
  status: Status;
  /** Why it is not live. */
  error: ArpeggioClientError | undefined;
  /** How often the copy has gone back within a life: the server has lost what came after. */
  rewinds = 0;
  readonly #id: string;
  readonly #connection: Connection;
  readonly #time: Time;
  readonly #delays: Delays;
  readonly #onChange: () => void;
  #looks = 0;
  #reached = 0;
  #look = (): void => {};
  /** Failures and mends, each soon after the one before it. */
  #troubles = 0;
  #troubledAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;
  /** Ends whatever is waited for. */
  #interrupt = (): void => {};

  /** Goes on from a copy that there is already. */
  constructor(
    id: string,
    connection: Connection,
    time: Time,
    delays: Delays,
    onChange: () => void,
    replica = emptyReplica,
  ) {
    this.replica = replica;
    this.status = replica.status === 'empty' ? 'connecting' : 'stale';
    this.#id = id;
    this.#connection = connection;
    this.#time = time;
    this.#delays = delays;
    this.#onChange = onChange;
    void this.#run();
  }

  /** With a reason, it has failed for that; without one nobody is told. */
  close(reason?: ArpeggioClientError): void {
    this.#isClosed = true;
    this.#interrupt();
    if (reason) this.#become('failed', reason);
  }

  /** Asks anew where the context is. Returns the number of that look, or of a later one if there is no connection now. */
  look(): number {
    const number = this.#looks + 1;
    this.#look();
    return number;
  }

  /** Whether the copy has all that the server had at the time of a look, or of one after it. */
  hasReached(look: number): boolean {
    return this.#reached >= look;
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#follow();
        if (!this.#isClosed) await this.#mend();
      } catch (error) {
        if (this.#isClosed) return;
        const failure = error instanceof ArpeggioClientError ? error : incoherent(error);
        if (!PASSING.includes(failure.code)) return this.#become('failed', failure);
        this.#become(this.replica.status === 'empty' ? 'connecting' : 'stale', failure);
        if (failure.code === 'CONNECTION_LOST') await this.#connection.pause();
        else await this.#wait(this.#nextDelay());
      }
    }
  }

  /** Follows the context for as long as its events lead on from the copy. Rejects when the server or the connection ends it. */
  #follow(): Promise<void> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      let stopWaiting: (() => void) | undefined;
      /** Where the context is known to have been: null where there was none, undefined as long as that is not known. */
      let target: Positioned | null | undefined;
      let isOvertaken = false;
      const end = (error?: ArpeggioClientError): void => {
        if (isOver) return;
        isOver = true;
        this.#look = () => {};
        leave();
        stopWaiting?.();
        if (error) reject(error);
        else resolve();
      };
      const settle = (): void => {
        const isThere = target !== undefined && reaches(this.replica, target, isOvertaken);
        if (isThere) {
          this.#reached = this.#looks;
          stopWaiting?.();
          stopWaiting = undefined;
        } else {
          stopWaiting ??= this.#time.after(PATIENCE_MS, () => end());
        }
        this.#become(isThere || (target === undefined && this.status === 'live') ? 'live' : 'behind');
      };
      const seek = async (): Promise<void> => {
        this.#looks += 1;
        const look = this.#looks;
        target = undefined;
        isOvertaken = false;
        try {
          const { context } = await this.#connection.request<{ context: Positioned | null }>(POSITION, {
            id: this.#id,
          });
          if (isOver || look !== this.#looks) return;
          // What has come since may be of a life that began, or ended, after the answer.
          if (isOvertaken && context?.life !== lifeOf(this.replica)) return void seek();
          target = context;
          settle();
        } catch {
          // A lost connection ends the subscription, too. Where the store alone is away, it lasts.
          if (!isOver) this.#time.after(this.#nextDelay(), () => isOver || look !== this.#looks || void seek());
        }
      };
      const leave = this.#connection.subscribe<{ contextChanged: ReplicaEvent }>(
        CONTEXT_CHANGED,
        { id: this.#id, ...placeOf(this.replica) },
        {
          next: ({ contextChanged: event }) => {
            if (!this.#leadsOn(event)) return end();
            isOvertaken = true;
            // Of two lives nobody but the server knows which came first.
            if (target !== undefined && target?.life !== event.life) void seek();
            settle();
          },
          end: (error) =>
            end(error ?? new ArpeggioClientError('INTERNAL_SERVER_ERROR', 'The server has ended the subscription.')),
        },
      );
      this.#interrupt = end;
      this.#look = () => void seek();
      void seek();
    });
  }

  #leadsOn(event: ReplicaEvent): boolean {
    try {
      const before = this.replica;
      this.replica = follow(before, event);
      if (before.status === 'live' && this.replica.status === 'live' && before.life === this.replica.life)
        if (this.replica.version < before.version) this.rewinds += 1;
      return true;
    } catch {
      // Whatever is wrong with it, it does not lead on from here.
      return false;
    }
  }

  async #mend(): Promise<void> {
    const delay = this.#nextDelay();
    this.#become('behind');
    // Once may happen to anyone.
    if (this.#troubles > 1) await this.#wait(delay);
    if (this.#isClosed) return;
    try {
      if (this.replica.status === 'live' && this.#leadsOn(await this.#sync({ cursor: this.replica.cursor }))) return;
      this.replica = follow(emptyReplica, await this.#sync({}));
    } catch (error) {
      if (!(error instanceof ArpeggioClientError) || error.code !== 'CONTEXT_NOT_FOUND') throw error;
      this.replica = emptyReplica;
    } finally {
      this.#onChange();
    }
  }

  async #sync(place: { readonly cursor?: string }): Promise<ReplicaEvent> {
    const { sync } = await this.#connection.request<{ sync: ReplicaEvent }>(SYNC, { id: this.#id, ...place });
    return sync;
  }

  #nextDelay(): number {
    const now = this.#time.now();
    this.#troubles = now - this.#troubledAt < RECOVERED_MS ? this.#troubles + 1 : 1;
    this.#troubledAt = now;
    return delayOf(this.#troubles - 1, this.#delays, this.#time.random);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#time.after(ms, resolve);
      this.#interrupt = () => {
        stop();
        resolve();
      };
    });
  }

  #become(status: Status, error?: ArpeggioClientError): void {
    this.status = status;
    this.error = error;
    this.#onChange();
  }
}

/** Holding nothing is a place of its own: the server then begins with the whole context. */
function placeOf(replica: Replica): { readonly cursor: string } | { readonly version: number } {
  return replica.status === 'empty' ? { version: 0 } : { cursor: replica.cursor };
}

function lifeOf(replica: Replica): string | undefined {
  return replica.status === 'empty' ? undefined : replica.life;
}

/**
 * Whether a copy has all that there was where the context was. It may be past that only by what has come since; else it holds what the server has
 * lost. A deletion comes after everything else in its life.
 */
function reaches(replica: Replica, target: Positioned | null, isOvertaken: boolean): boolean {
  if (target === null || replica.status === 'empty') return target === null && replica.status !== 'live';
  if (replica.life !== target.life) return false;
  if (replica.status === 'deleted' || replica.cursor === target.cursor) return true;
  return replica.version > target.version && isOvertaken;
}

function incoherent(cause: unknown): ArpeggioClientError {
  return new ArpeggioClientError('INTERNAL_SERVER_ERROR', "The server's answers do not fit together.", { cause });
}
