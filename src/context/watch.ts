import type { Feed } from '../feed/feed.ts';
import { Ear } from './ear.ts';
import { endable, type Waiting } from './endable.ts';
import type { ContextEvent } from './model.ts';
import { Reader, type ReaderOptions } from './reader.ts';
import type { Start } from './start.ts';

export interface WatchOptions extends ReaderOptions {
  readonly feed: Feed;
  /** How long a lost notification can go unnoticed, in milliseconds. */
  readonly heartbeatMs: number;
  /** Told of a store or a feed that failed; the watch goes on and tries again within a heartbeat. Must not throw. */
  readonly onFailure: (error: unknown) => void;
  /** Told, once the watch has begun, how to end it from outside; returns what is called when it has ended. */
  readonly onBegin?: (end: () => void) => () => void;
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
  return endable((waiting) => follow(id, start, options, waiting));
}

async function* follow(
  id: string,
  start: Start | undefined,
  options: WatchOptions,
  { bell, signal, end }: Waiting,
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
