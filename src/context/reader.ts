import type { Clock } from '../clock.ts';
import type { ContextStore, Log, Position, Snapshot } from '../store/store.ts';
import { endedTag, isEnded } from './cursor.ts';
import { type ContextEvent, contextDeleted, contextDelta, type FullReason, fullContext } from './model.ts';
import { type Start, versionOf } from './start.ts';
import { type ContinuityProof, decideSync, proveContinuity, reasonAt } from './sync.ts';
import type { Tally } from './tally.ts';

export interface ReaderOptions {
  readonly store: ContextStore;
  readonly clock: Clock;
  /**
   * Told, whenever a look has found nothing to tell of, where its reader stands, which is where the context does: null where the
   * reader holds nothing.
   */
  readonly onIdle?: (position: Position | null) => void;
  /** Whether it goes on for a reader who was told of its start by another: then who finds the window gone has fallen behind. @default false */
  readonly isResumed?: boolean;
  readonly prove?: ContinuityProof;
  /** Where full contexts are counted that it tells in place of deltas. */
  readonly tally?: Pick<Tally, 'resyncs'>;
}

/** One reader's place in one context. */
export class Reader {
  readonly #id: string;
  readonly #options: ReaderOptions;
  /** Undefined until a first look has told where a reader without a position begins. */
  #start: Start | undefined;
  #isCatchingUp: boolean;

  constructor(id: string, start: Start | undefined, options: ReaderOptions) {
    this.#id = id;
    this.#start = start;
    this.#options = options;
    this.#isCatchingUp = !options.isResumed;
  }

  /** Where it stands; undefined until it has looked for the first time. */
  get start(): Start | undefined {
    return this.#start;
  }

  /** The end of what the reader was told of, for who may not read it any more; null where it was told of nothing that is there. */
  lose(): ContextEvent | null {
    return this.#start === undefined ? null : this.#deletion(this.#start, null);
  }

  /** What the reader has not been told yet, as one event; null where it knows everything. */
  async look(): Promise<ContextEvent | null> {
    const { store } = this.#options;
    const log = await store.readLog(this.#id, this.#start ? versionOf(this.#start) : Number.MAX_SAFE_INTEGER);
    if (this.#start === undefined) {
      this.#moveTo(log.head?.position ?? null);
      this.#isCatchingUp = false;
      this.#idle();
      return null;
    }
    const event = await this.#eventFor(this.#start, log);
    this.#isCatchingUp = false;
    if (event === null) this.#idle();
    return event;
  }

  async #eventFor(start: Start, log: Log): Promise<ContextEvent | null> {
    if (log.head?.status !== 'live') return this.#deletion(start, log.head);
    const decision = decideSync(
      start,
      { head: log.head, entries: log.entries },
      this.#options.prove ?? proveContinuity,
    );
    switch (decision.kind) {
      case 'noChange':
        this.#moveTo(log.head.position);
        return null;
      case 'delta':
        this.#moveTo(log.head.position);
        return contextDelta(this.#id, log.head.position, decision.fromVersion, decision.delta, log.head.insertedAt);
      case 'full':
        return this.#full(start, decision.reason, await this.#options.store.read(this.#id));
    }
  }

  /** The snapshot is read after the decision and may be newer, of another life, or gone. */
  #full(start: Start, reason: FullReason, snapshot: Snapshot | null): ContextEvent | null {
    if (snapshot?.status !== 'live') return this.#deletion(start, snapshot);
    this.#moveTo(snapshot.position);
    const why = reasonAt(snapshot.position, start, reason);
    const told = this.#isCatchingUp ? why : liveReason(why);
    if (this.#options.tally) this.#options.tally.resyncs[told] += 1;
    return fullContext(this.#id, snapshot, snapshot.context, told);
  }

  #deletion(start: Start, head: Snapshot | Log['head']): ContextEvent | null {
    if (start.kind === 'nothing') return null;
    if (head?.status === 'ended') {
      if (start.kind === 'position' && start.position.tag === head.position.tag) return null;
      this.#moveTo(head.position);
      return contextDeleted(this.#id, head.position, head.reason, head.endedAt);
    }
    // No trace. Who knows of the end already needs no word of it.
    if (start.kind === 'position' && isEnded(start.position)) return null;
    const lost: Position =
      start.kind === 'position'
        ? { ...start.position, tag: LOST_TAG }
        : { life: UNKNOWN_LIFE, version: start.version, tag: LOST_TAG };
    this.#moveTo(lost);
    return contextDeleted(this.#id, lost, 'LOST', this.#options.clock.now());
  }

  #idle(): void {
    this.#options.onIdle?.(this.#start?.kind === 'position' ? this.#start.position : null);
  }

  #moveTo(position: Position | null): void {
    this.#start = position ? { kind: 'position', position } : { kind: 'nothing' };
  }
}

const LOST_TAG = endedTag('lost');
/** The life that a bare version belonged to when nothing is left to tell which it was. */
const UNKNOWN_LIFE = 'unknown';

/** Whoever is past its catch-up and finds the window gone has been too slow. */
function liveReason(reason: FullReason): FullReason {
  return reason === 'WINDOW_PASSED' ? 'FELL_BEHIND' : reason;
}
