import type { JsonObject } from '../json.ts';
import type { Connection } from './connection.ts';
import { CONTEXT } from './documents.ts';
import { ArpeggioClientError } from './errors.ts';
import { type Intent, operationOf, type Transform, updateBetween } from './intent.ts';
import { Overlay } from './overlay.ts';
import type { Positioned } from './replica.ts';
import type { Replication } from './replication.ts';
import { type Delays, delayOf, type Time } from './time.ts';

/** Where a write has left its context. */
export type Written = Positioned;

export interface Expectation {
  readonly expectedVersion?: number;
  readonly expectedCursor?: string;
}

/** A write as it can be kept, and made again by whoever finds it. */
export interface KeptWrite {
  readonly id: string;
  readonly intent: Intent;
  readonly expected: Expectation;
  readonly requestId: string;
  /** Unix time in milliseconds. */
  readonly madeAt: number;
}

/** What the queues of one client have in common. */
export interface Writing {
  readonly connection: Connection;
  readonly time: Time;
  readonly delays: Delays;
  /** How old a write may become before it is answered, in milliseconds. */
  readonly ttlMs: number;
  /** Resolves once what was kept has been found; nothing is sent before. */
  readonly loaded: Promise<void>;
  readonly newRequestId: () => string;
}

interface Pending {
  /** Undefined for a function that has yet to be given what it works on. */
  intent: Intent | undefined;
  readonly transform: Transform | undefined;
  expected: Expectation;
  readonly requestId: string;
  readonly madeAt: number;
  wasSent: boolean;
  /** Whether its time is over, whatever it waits for. */
  isExpired: boolean;
  /** Of a function: how often others came first. */
  conflicts: number;
  /** How often the store was not there. */
  failures: number;
  /** Where it has led, once the server has answered. */
  written: Written | undefined;
  /** The look that will have seen it, where positions alone can't tell. */
  look: number | undefined;
  /** How often the copy had gone back when it was answered. */
  rewinds: number;
  readonly resolve: (written: Written) => void;
  readonly reject: (error: ArpeggioClientError) => void;
}

/** The time that a function waits after others came first, at most, in milliseconds. */
const CONFLICT_DELAYS: Delays = { minMs: 20, maxMs: 2000 };

/**
 * The writes to one context, in the order they were made: sent one after the other, each with a request id, so that one whose answer got lost can be
 * sent again and counts once. Until the copy has it, a write is shown on top of the copy.
 */
export class WriteQueue {
  readonly #id: string;
  readonly #writing: Writing;
  /** Undefined while nobody watches. */
  readonly #replication: () => Replication | undefined;
  readonly #onChange: () => void;
  readonly #overlay = new Overlay<Pending>();
  #pending: Pending[] = [];
  #isSending = false;
  #isClosed = false;
  #wake = (): void => {};

  constructor(id: string, writing: Writing, replication: () => Replication | undefined, onChange: () => void) {
    this.#id = id;
    this.#writing = writing;
    this.#replication = replication;
    this.#onChange = onChange;
  }

  /** How many the server has not answered, or the copy does not have yet. */
  get size(): number {
    return this.#pending.length;
  }

  /** Those not answered yet that can be kept: a function can't be, before what it makes is sent. */
  get kept(): readonly KeptWrite[] {
    return this.#pending.flatMap(({ intent, expected, requestId, madeAt, written }) =>
      intent && !written ? [{ id: this.#id, intent, expected, requestId, madeAt }] : [],
    );
  }

  add(what: Intent | Transform, expected: Expectation, kept?: KeptWrite): Promise<Written> {
    return new Promise((resolve, reject) => {
      const pending: Pending = {
        ...(typeof what === 'function'
          ? { intent: undefined, transform: what }
          : { intent: what, transform: undefined }),
        expected,
        requestId: kept?.requestId ?? this.#writing.newRequestId(),
        madeAt: kept?.madeAt ?? this.#writing.time.now(),
        wasSent: kept !== undefined,
        isExpired: false,
        conflicts: 0,
        failures: 0,
        written: undefined,
        look: undefined,
        rewinds: 0,
        resolve,
        reject,
      };
      // What was kept was made before everything that has been made since, of which nothing has been sent yet.
      const place = kept ? this.#pending.findLastIndex(({ wasSent }) => wasSent) + 1 : this.#pending.length;
      this.#pending.splice(place, 0, pending);
      this.#onChange();
      if (!this.#isSending) void this.#sendAll();
    });
  }

  /** What is to be shown of a context while these writes are under way; undefined stands for no context. */
  shown(context: JsonObject | undefined): JsonObject | undefined {
    return this.#overlay.show(context, this.#pending);
  }

  /** The copy, or what is known of it, has changed. */
  hasMoved(): void {
    this.#pending = this.#pending.filter((write) => !this.#isSeen(write));
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** Whether the copy has what a write has led to. */
  #isSeen(write: Pending): boolean {
    const { written, intent } = write;
    if (!written) return false;
    const replication = this.#replication();
    if (!replication || replication.status === 'failed') return true;
    // What the server has lost, no copy will ever have.
    if (replication.rewinds !== write.rewinds) return true;
    const { replica } = replication;
    if (replica.status !== 'empty' && replica.life === written.life) {
      return replica.version >= written.version && (intent?.kind !== 'delete' || replica.status === 'deleted');
    }
    // Of two lives nobody but the server knows which came first.
    write.look ??= replication.look();
    return replication.hasReached(write.look);
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    // What was kept comes first.
    await this.#writing.loaded;
    try {
      for (let next = this.#next(); next; next = this.#next()) {
        await this.#settle(next);
        this.hasMoved();
        this.#onChange();
      }
    } finally {
      this.#isSending = false;
    }
  }

  async #settle(write: Pending): Promise<void> {
    const { madeAt } = write;
    const { time, ttlMs } = this.#writing;
    let stop = (): void => {};
    const expired = new Promise<never>((_, reject) => {
      stop = time.after(Math.max(0, madeAt + ttlMs - time.now()) + 1, () => {
        write.isExpired = true;
        reject(this.#fault(write));
      });
    });
    try {
      write.written = await Promise.race([this.#send(write), expired]);
      write.rewinds = this.#replication()?.rewinds ?? 0;
      write.resolve(write.written);
    } catch (error) {
      this.#pending = this.#pending.filter((pending) => pending !== write);
      write.reject(refusal(error, write));
    }
    stop();
  }

  #next(): Pending | undefined {
    return this.#pending.find(({ written }) => written === undefined);
  }

  async #send(write: Pending): Promise<Written> {
    const { connection } = this.#writing;
    for (;;) {
      try {
        write.intent ??= await this.#decide(write);
        // That may take long, and what is checked has to hold when the write is sent.
        await connection.ready();
        this.#check(write);
        const [query, variables] = operationOf(write.intent);
        const { expected, requestId } = write;
        write.wasSent = true;
        this.#onChange();
        const all = { id: this.#id, ...variables, ...expected, requestId };
        const { written } = await connection.request<{ written: Written | { context: Written } }>(query, all);
        return 'context' in written ? written.context : written;
      } catch (error) {
        const { code } = error as ArpeggioClientError;
        this.#check(write);
        if (code === 'CONNECTION_LOST') {
          await connection.pause();
        } else if (code === 'STORE_UNAVAILABLE') {
          write.failures += 1;
          await this.#change(delayOf(write.failures, this.#writing.delays, this.#writing.time.random));
        } else if (code === 'VERSION_CONFLICT' && write.transform) {
          await this.#lose(write);
        } else {
          throw error;
        }
        this.#check(write);
      }
    }
  }

  /** @throws ArpeggioClientError where it can't be sent any more */
  #check(write: Pending): void {
    const fault = this.#fault(write);
    if (fault) throw fault;
  }

  #fault({ madeAt, wasSent, isExpired }: Pending): ArpeggioClientError | undefined {
    const applied = wasSent ? 'UNKNOWN' : 'NO';
    if (this.#isClosed) return new ArpeggioClientError('CLIENT_CLOSED', 'The client is closed.', { applied });
    if (!isExpired && this.#writing.time.now() - madeAt <= this.#writing.ttlMs) return undefined;
    return new ArpeggioClientError('WRITE_EXPIRED', 'The write has waited for too long.', { applied });
  }

  /** Lets a function work on the context as it stands; what it makes is valid for exactly that. */
  async #decide(write: Pending): Promise<Intent> {
    const { context, cursor } = await this.#current(write);
    let after: JsonObject | undefined;
    try {
      after = write.transform?.(context);
    } catch (cause) {
      throw new ArpeggioClientError('WRITE_FAILED', 'The function that makes the update threw.', {
        applied: 'NO',
        cause,
      });
    }
    write.expected = { expectedCursor: cursor };
    return updateBetween(context, after ?? context);
  }

  /** The context with all that was written before, and not as it was when others came first. */
  async #current(write: Pending): Promise<{ readonly context: JsonObject; readonly cursor: string }> {
    for (;;) {
      this.#check(write);
      const replication = this.#replication();
      if (!replication || replication.status === 'failed') {
        const { context } = await this.#writing.connection.request<{
          context: (Written & { readonly context: JsonObject }) | null;
        }>(CONTEXT, { id: this.#id });
        if (!context) throw notFound();
        return context;
      }
      const { replica, status } = replication;
      const isPast = !this.#pending.some(({ written }) => written) && status !== 'connecting';
      if (isPast && replica.status === 'live' && replica.cursor !== write.expected.expectedCursor) return replica;
      if (isPast && replica.status !== 'live' && status === 'live') throw notFound();
      await this.#change();
    }
  }

  /** Others came first, and nothing was applied: it is made again on what they made. */
  async #lose(write: Pending): Promise<void> {
    const { time } = this.#writing;
    write.intent = undefined;
    write.wasSent = false;
    write.conflicts += 1;
    this.#onChange();
    const delay = delayOf(write.conflicts, CONFLICT_DELAYS, time.random);
    await new Promise<void>((resolve) => void time.after(delay, resolve));
  }

  /** Resolves once something has changed, and after `ms` milliseconds at the latest. */
  async #change(ms?: number): Promise<void> {
    let stop = (): void => {};
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (ms !== undefined) stop = this.#writing.time.after(ms, resolve);
    });
    stop();
  }
}

function notFound(): ArpeggioClientError {
  return new ArpeggioClientError('CONTEXT_NOT_FOUND', 'There is no such context.', { applied: 'NO' });
}

/** A write's error always says what became of it. */
function refusal(error: unknown, { wasSent }: Pending): ArpeggioClientError {
  if (error instanceof ArpeggioClientError && error.applied) return error;
  const { code, message, details, cause } = error as ArpeggioClientError;
  return new ArpeggioClientError(code, message, { details, cause, applied: wasSent ? 'UNKNOWN' : 'NO' });
}
