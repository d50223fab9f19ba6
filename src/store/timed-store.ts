import type { Clock } from '../clock.ts';
import type { JsonObject } from '../json.ts';
import type { AgeQuery, Commit, CommitOf, ListQuery, Store } from './store.ts';

/** What a store can be asked for, named for people. */
export type StoreOperation =
  | 'get'
  | 'log'
  | 'commit'
  | 'receipt'
  | 'list'
  | 'idle'
  | 'trim'
  | 'record_get'
  | 'record_set';

/** Told of each call once it is over. */
export type OnStoreCall = (operation: StoreOperation, seconds: number, hasFailed: boolean) => void;

/** Runs commits that are one, with whatever is to be done around them. */
export type AroundCommit = <Outcome extends { readonly kind: string }>(
  commits: readonly CommitOf[],
  run: (commits: readonly CommitOf[]) => Promise<Outcome>,
) => Promise<Outcome>;

export interface StoreObservers {
  readonly onCall?: OnStoreCall | undefined;
  /** Told of each commit that made versions: how many. */
  readonly onCommitted?: ((versions: number) => void) | undefined;
  readonly aroundCommit: AroundCommit;
}

/** The same store, telling how long it takes over what. */
export class TimedStore implements Store {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #onCall: OnStoreCall | undefined;
  readonly #onCommitted: ((versions: number) => void) | undefined;
  readonly #aroundCommit: AroundCommit;

  constructor(store: Store, clock: Clock, { onCall, onCommitted, aroundCommit }: StoreObservers) {
    this.#store = store;
    this.#clock = clock;
    this.#onCall = onCall;
    this.#onCommitted = onCommitted;
    this.#aroundCommit = aroundCommit;
  }

  read(id: string): ReturnType<Store['read']> {
    return this.#timed('get', this.#store.read(id));
  }

  readLog(id: string, after: number, isBrief?: boolean): ReturnType<Store['readLog']> {
    return this.#timed('log', this.#store.readLog(id, after, isBrief));
  }

  async commit(id: string, commit: Commit): ReturnType<Store['commit']> {
    return this.#committed([{ id, commit }], ([only]) => this.#store.commit(id, only?.commit ?? commit));
  }

  async commitAll(commits: readonly CommitOf[]): ReturnType<Store['commitAll']> {
    return this.#committed(commits, (traced) => this.#store.commitAll(traced));
  }

  findReceipt(id: string, key: string): ReturnType<Store['findReceipt']> {
    return this.#timed('receipt', this.#store.findReceipt(id, key));
  }

  list(query: ListQuery): ReturnType<Store['list']> {
    return this.#timed('list', this.#store.list(query));
  }

  listIdle(query: AgeQuery): ReturnType<Store['listIdle']> {
    return this.#timed('idle', this.#store.listIdle(query));
  }

  trim(query: AgeQuery): ReturnType<Store['trim']> {
    return this.#timed('trim', this.#store.trim(query));
  }

  readRecord(name: string): ReturnType<Store['readRecord']> {
    return this.#timed('record_get', this.#store.readRecord(name));
  }

  writeRecord(name: string, value: JsonObject, revision: number): ReturnType<Store['writeRecord']> {
    return this.#timed('record_set', this.#store.writeRecord(name, value, revision));
  }

  ready(): Promise<void> {
    return this.#store.ready();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #committed<Outcome extends { readonly kind: string }>(
    commits: readonly CommitOf[],
    run: (commits: readonly CommitOf[]) => Promise<Outcome>,
  ): Promise<Outcome> {
    const outcome = await this.#aroundCommit(commits, (traced) => this.#timed('commit', run(traced)));
    if (outcome.kind !== 'committed') return outcome;
    for (const { commit } of commits) if (commit.entries.length > 0) this.#onCommitted?.(commit.entries.length);
    return outcome;
  }

  /** Whoever waits for the answer waits for nothing else. */
  #timed<T>(operation: StoreOperation, answer: Promise<T>): Promise<T> {
    const onCall = this.#onCall;
    if (!onCall) return answer;
    const startedAt = this.#clock.monotonic();
    const ended = (hasFailed: boolean): void => {
      onCall(operation, (this.#clock.monotonic() - startedAt) / 1000, hasFailed);
    };
    answer.then(
      () => ended(false),
      () => ended(true),
    );
    return answer;
  }
}
