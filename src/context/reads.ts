import { ContextNotFoundError } from '../errors.ts';
import type { ContextStore, Snapshot } from '../store/store.ts';
import { contextDelta, type FullContext, type FullReason, fullContext, noChange, type SyncResult } from './model.ts';
import { type Start, versionOf } from './start.ts';
import { decideSync, reasonAt } from './sync.ts';
import type { Tally } from './tally.ts';
import type { Writers } from './writers.ts';

/** Contexts as they stand, and the least that leads there. */
export class Reads {
  readonly #store: ContextStore;
  readonly #writers: Writers;
  readonly #tally: Tally;

  constructor(store: ContextStore, writers: Writers, tally: Tally) {
    this.#store = store;
    this.#writers = writers;
    this.#tally = tally;
  }

  /** As it stands; where this process has the state from before, for the price of what has changed. */
  async read(id: string): Promise<Snapshot | null> {
    const known = await this.#writers.read(id);
    return known === undefined ? this.#store.read(id) : known;
  }

  /** @throws ContextNotFoundError */
  async sync(id: string, start: Start): Promise<SyncResult> {
    const result = await this.#sync(id, start);
    this.#tally.syncs[result.kind] += 1;
    if (result.kind === 'full' && result.reason) this.#tally.fulls[result.reason] += 1;
    return result;
  }

  async #sync(id: string, start: Start): Promise<SyncResult> {
    if (start.kind === 'nothing') return this.#full(id, start, 'INITIAL');
    const { head, entries } = await this.#store.readLog(id, versionOf(start));
    if (head?.status !== 'live') throw new ContextNotFoundError(id);
    const decision = decideSync(start, { head, entries });
    switch (decision.kind) {
      case 'noChange':
        return noChange(id, head.position);
      case 'delta':
        return contextDelta(id, head.position, decision.fromVersion, decision.delta, head.insertedAt);
      case 'full':
        return this.#full(id, start, decision.reason);
    }
  }

  async #full(id: string, start: Start, reason: FullReason): Promise<FullContext> {
    const snapshot = await this.read(id);
    if (snapshot?.status !== 'live') throw new ContextNotFoundError(id);
    return fullContext(id, snapshot, snapshot.context, reasonAt(snapshot.position, start, reason));
  }
}
