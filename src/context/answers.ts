import { renderChanges } from '../delta/changes.ts';
import type { Delta } from '../delta/delta.ts';
import { ContextNotFoundError, VersionConflictError, withOutcome } from '../errors.ts';
import type { ContextStore, EndReason, LiveHead, Receipt, Snapshot } from '../store/store.ts';
import { encodeCursor, isEnded } from './cursor.ts';
import {
  type ContextChange,
  type ContextDeleted,
  type ContextDelta,
  contextDeleted,
  contextDelta,
  fullContext,
} from './model.ts';
import { type Start, versionOf } from './start.ts';
import { proveDelta } from './sync.ts';
import type { Written } from './writer.ts';

/** What became of a write that was not refused. */
export type Done = Exclude<Written, { kind: 'missing' | 'conflict' }>;

/** What became of writes, as those are told who asked for them. */
export class Answers {
  readonly #store: ContextStore;

  constructor(store: ContextStore) {
    this.#store = store;
  }

  async change(id: string, written: Done): Promise<ContextChange> {
    if (written.kind === 'repeated') return this.repeatChange(id, written.receipt);
    const after = written.kind === 'moved' ? written.after : written.at;
    if (after.status !== 'live') throw new TypeError('Such a write leaves a context.');
    const context = fullContext(id, after, after.context);
    if (written.kind === 'kept' || !written.entry) return { context, delta: null };
    const { delta, insertedAt } = written.entry;
    return { context, delta: contextDelta(id, after.position, written.fromVersion, delta, insertedAt) };
  }

  end(id: string, written: Done, reason: EndReason): ContextDeleted {
    if (written.kind === 'repeated') return contextDeleted(id, written.receipt.position, reason, written.receipt.at);
    const after = written.kind === 'moved' ? written.after : written.at;
    if (after.status !== 'ended') throw new TypeError('A deletion leaves a tombstone.');
    return contextDeleted(id, after.position, after.reason, after.endedAt);
  }

  /** The context as it stands, with the delta that the first attempt made as long as the window holds it. */
  async repeatChange(id: string, receipt: Receipt): Promise<ContextChange> {
    try {
      const snapshot = await this.#store.read(id);
      if (snapshot?.status === 'live') {
        return { context: fullContext(id, snapshot, snapshot.context), delta: await this.#deltaOf(id, receipt) };
      }
    } catch (error) {
      throw withOutcome(error, 'YES');
    }
    const message = `The write was applied, as version ${receipt.position.version}; the context has been deleted since.`;
    throw new ContextNotFoundError(id, { applied: 'YES', message });
  }

  async #deltaOf(id: string, { fromVersion, position }: Receipt): Promise<ContextDelta | null> {
    if (fromVersion === position.version || isEnded(position)) return null;
    const { head, entries } = await this.#store.readLog(id, fromVersion);
    const entry = entries.find(({ version, tag }) => version === position.version && tag === position.tag);
    if (head?.position.life !== position.life || !entry) return null;
    return contextDelta(id, position, fromVersion, entry.delta, entry.insertedAt);
  }

  async conflict(id: string, condition: Start | undefined, current: Snapshot | null): Promise<VersionConflictError> {
    const live = current?.status === 'live' ? current : null;
    const delta = live && condition ? await this.#deltaBetween(id, condition, live) : null;
    const currentVersion = live?.position.version ?? 0;
    const currentCursor = current ? encodeCursor(current.position) : null;
    return new VersionConflictError({ currentVersion, currentCursor, changes: delta && renderChanges(delta) }, delta);
  }

  /** From the condition to the state that the write met, which others may have left behind since. */
  async #deltaBetween(id: string, condition: Start, head: LiveHead): Promise<Delta | null> {
    const log = await this.#store.readLog(id, versionOf(condition));
    const entries = log.entries.filter(({ version }) => version <= head.position.version);
    const decision = proveDelta(condition, { head, entries });
    return decision.kind === 'delta' ? decision.delta : null;
  }
}
