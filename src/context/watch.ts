import type { Clock } from '../clock.ts';
import type { Feed } from '../feed/feed.ts';
import type { ContextStore, Log, Position, Snapshot } from '../store/store.ts';
import { Bell } from './bell.ts';
import { endedTag, isEnded } from './cursor.ts';
import { Ear } from './ear.ts';
import { type ContextEvent, contextDeleted, contextDelta, type FullReason, fullContext } from './model.ts';
import { type Start, versionOf } from './start.ts';
import { type ContinuityProof, decideSync, proveContinuity, reasonAt } from './sync.ts';
import type { Tally } from './tally.ts';

export interface WatchOptions {
  readonly store: ContextStore;
  readonly feed: Feed;
  readonly clock: Clock;
  /** How long a lost notification can go unnoticed, in milliseconds. */
  readonly heartbeatMs: number;
  /** Told of a store or a feed that failed; the watch goes on and tries again within a heartbeat. Must not throw. */
  readonly onFailure: (error: unknown) => void;
  /** Told, once the watch has begun, how to end it from outside; returns what is called when it has ended. */
  readonly onBegin?: (end: () => void) => () => void;
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

/**
 * Every change of one context, in order, each once, none missed: the events after `start`, or, without one, after the moment that
 * the first event is asked for.
 *
 * It holds nothing but the position it last told. When asked for an event it reads from the store what came after that, as one
 * delta that is proven to lead from there, or as a full context: a slow reader finds what it missed merged, and costs nothing until
 * it asks. The feed only says when to look; a heartbeat looks even when the feed is silent. Before the first `next` nothing is held
 * either, so an iterator that is dropped unused leaves nothing behind; `return` works at any moment, also while `next` waits.
 *
 * (The idea of ordered, unique, reliable and resumable events is that of etcd's watch.)
 */
export function watchContext(
  id: string,
  start: Start | undefined,
  options: WatchOptions,
): AsyncIterableIterator<ContextEvent> {
  const bell = new Bell();
  const stop = new AbortController();
  // A generator that waits takes `return` only after its wait: end the wait first.
  const end = (): void => {
    stop.abort();
    bell.ring();
  };
  const events = follow(id, start, options, bell, stop.signal, end);
  return {
    next: () => events.next(),
    async return() {
      end();
      await events.return(undefined);
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* follow(
  id: string,
  start: Start | undefined,
  options: WatchOptions,
  bell: Bell,
  signal: AbortSignal,
  end: () => void,
): AsyncGenerator<ContextEvent, undefined> {
  const { clock, heartbeatMs, onFailure } = options;
  const reader = new Reader(id, start, options);
  const ear = new Ear(id, options.feed, bell, onFailure);
  const onEnded = options.onBegin?.(end);
  try {
    while (!signal.aborted) {
      // Before reading, so that nothing is missed in between. But a feed that does not answer keeps nobody from reading: without
      // it the heartbeat has to do.
      if (ear.listen()) await bell.wait(clock, heartbeatMs);
      if (signal.aborted) return;
      // Before reading, so that a commit during the read rings for another look.
      bell.reset();
      const lookedAt = clock.monotonic();
      try {
        const event = await reader.look();
        if (signal.aborted) return;
        if (event) yield event;
      } catch (error) {
        onFailure(error);
      }
      // Counted from the look, however long the reader has taken over the event since.
      await bell.wait(clock, Math.max(0, lookedAt + heartbeatMs - clock.monotonic()));
    }
  } finally {
    ear.leave();
    onEnded?.();
  }
}

/** One reader's place in one context. */
class Reader {
  readonly #id: string;
  readonly #options: WatchOptions;
  /** Undefined until a first look has told where a reader without a position begins. */
  #start: Start | undefined;
  #isCatchingUp: boolean;

  constructor(id: string, start: Start | undefined, options: WatchOptions) {
    this.#id = id;
    this.#start = start;
    this.#options = options;
    this.#isCatchingUp = !options.isResumed;
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
