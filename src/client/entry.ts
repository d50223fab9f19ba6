import type { JsonObject } from '../json.ts';
import type { ArpeggioClientError } from './errors.ts';
import type { Intent, Transform } from './intent.ts';
import { type Expectation, type KeptWrite, WriteQueue, type Writing, type Written } from './queue.ts';
import { Replication, type Status } from './replication.ts';
import { share } from './share.ts';

/** A context as it is shown: immutable, and another object whenever anything of it changes. */
export interface ContextState<T extends object = JsonObject> {
  readonly id: string;
  readonly status: Status;
  /** The server's context with the writes that are under way on top; undefined where there is none, or none is known yet. */
  readonly value: T | undefined;
  /** Of the server's context, without those writes; undefined where none is known. */
  readonly version: number | undefined;
  readonly life: string | undefined;
  readonly cursor: string | undefined;
  /** Writes in `value` that are not in `version` yet. */
  readonly pendingWrites: number;
  /** Why it is not live, where that is known. */
  readonly error: ArpeggioClientError | undefined;
}

export type Listener = (state: ContextState) => void;

/** One context as one client has it: its copy while anybody watches, its writes while any are under way. */
export class Entry {
  readonly #id: string;
  readonly #writing: Writing;
  readonly #onIdle: () => void;
  readonly #onWrites: () => void;
  readonly #queue: WriteQueue;
  readonly #listeners = new Set<Listener>();
  readonly #endings = new Set<() => void>();
  #replication: Replication | undefined;
  #watchers = 0;
  #isClosed = false;
  #stopLingering = (): void => {};
  #state: ContextState;

  /** `onIdle` is called once nobody watches and nothing is under way, `onWrites` whenever a write has come or gone. */
  constructor(id: string, writing: Writing, onWrites: () => void, onIdle: () => void) {
    this.#id = id;
    this.#writing = writing;
    this.#onIdle = onIdle;
    this.#onWrites = onWrites;
    this.#queue = new WriteQueue(
      id,
      writing,
      () => this.#replication,
      () => this.#hasWritten(),
    );
    this.#state = this.#look();
  }

  get state(): ContextState {
    return this.#state;
  }

  get kept(): readonly KeptWrite[] {
    return this.#queue.kept;
  }

  get pendingWrites(): number {
    return this.#queue.size;
  }

  write(what: Intent | Transform, expected: Expectation, kept?: KeptWrite): Promise<Written> {
    return this.#queue.add(what, expected, kept);
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Watches until `unwatch`, and some time longer, so that who comes again at once finds everything in place. */
  watch(): void {
    this.#watchers += 1;
    this.#stopLingering();
    if (!this.#replication || this.#replication.status === 'failed') this.#replicate();
  }

  /** Begins anew, if it has failed. */
  retry(): void {
    if (this.#replication?.status === 'failed') this.#replicate();
  }

  unwatch(lingerMs: number): void {
    this.#watchers -= 1;
    if (this.#watchers > 0 || this.#isClosed) return;
    this.#stopLingering();
    this.#stopLingering = this.#writing.time.after(lingerMs, () => {
      this.#replication?.close();
      this.#replication = undefined;
      this.#hasMoved();
      this.#rest();
    });
  }

  /** All who watch are told the reason, and that there is no more to come. */
  close(reason: ArpeggioClientError): void {
    this.#isClosed = true;
    this.#stopLingering();
    this.#queue.close();
    this.#replication?.close(reason);
    for (const end of [...this.#endings]) end();
  }

  /** Calls `end` when the client is closed, unless the returned function is called before. */
  onClose(end: () => void): () => void {
    this.#endings.add(end);
    return () => this.#endings.delete(end);
  }

  #replicate(): void {
    const { connection, time, delays } = this.#writing;
    const onChange = (): void => this.#hasMoved();
    this.#replication = new Replication(this.#id, connection, time, delays, onChange, this.#replication?.replica);
    this.#refresh();
  }

  #hasMoved(): void {
    this.#queue.hasMoved();
    this.#refresh();
  }

  #hasWritten(): void {
    this.#refresh();
    this.#onWrites();
    this.#rest();
  }

  #rest(): void {
    if (this.#watchers === 0 && !this.#replication && this.#queue.size === 0) this.#onIdle();
  }

  #refresh(): void {
    const state = this.#look();
    const keys = Object.keys(state) as (keyof ContextState)[];
    if (keys.every((key) => state[key] === this.#state[key])) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) {
      try {
        listener(state);
      } catch (error) {
        // Its own fault, to be reported as any that nobody has caught, and not to end what others rely on.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #look(): ContextState {
    const { replica, status, error } = this.#replication ?? {
      replica: undefined,
      status: 'connecting',
      error: undefined,
    };
    const shown = this.#queue.shown(replica?.status === 'live' ? replica.context : undefined);
    const { version, life, cursor } = replica?.status === 'live' ? replica : NOWHERE;
    return Object.freeze({
      id: this.#id,
      status,
      value: shown && share(this.#state?.value, shown),
      version,
      life,
      cursor,
      pendingWrites: this.#queue.size,
      error,
    });
  }
}

const NOWHERE = { version: undefined, life: undefined, cursor: undefined };
