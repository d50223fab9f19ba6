import { StoreUnavailableError } from '../errors.ts';
import { endable, type Waiting } from './endable.ts';
import type { ContextsEvent, Starts } from './many.ts';
import { Members } from './members.ts';
import type { WatchOptions } from './watch.ts';

export interface WatchManyOptions extends Omit<WatchOptions, 'onIdle' | 'isResumed' | 'prove'> {
  /** The ids there are that start so; those alone that may be read. The answer may be so many milliseconds old. */
  readonly list: (prefix: string, maxAgeMs: number) => AsyncIterable<string>;
  /** Whether a context may be read; asked before anything is told of it, and with each heartbeat. */
  readonly may: (id: string) => Promise<boolean>;
  /** @throws LimitExceededError where there are too many */
  readonly check: (count: number) => void;
}

/** How long a context can be there before a stream by prefix finds it, in milliseconds. */
const DISCOVERY_MS = 1000;

/**
 * One stream of the changes of many contexts: each in its own order, each once, none missed, as `watchContext` tells them; between contexts there is
 * no order. It holds a place in each context and nothing else: a slow reader finds what it missed of each merged into one event.
 *
 * By prefix, contexts that come are told whole and those that go by their end. One that may not be read is as one that is not there.
 */
export function watchContexts(starts: Starts, options: WatchManyOptions): AsyncIterableIterator<ContextsEvent> {
  return endable((waiting) => follow(starts, options, waiting));
}

async function* follow(
  starts: Starts,
  options: WatchManyOptions,
  { bell, signal, end }: Waiting,
): AsyncGenerator<ContextsEvent, undefined> {
  const { clock, heartbeatMs, onFailure } = options;
  const { selection } = starts;
  const members = new Members(options, bell.ring);
  const onEnded = options.onBegin?.(end);
  let beatAt = clock.monotonic();
  let discoveredAt = Number.NEGATIVE_INFINITY;
  let start = starts.others;
  let isFirst = true;
  try {
    for (const [id, known] of starts.known) members.add(id, known);
    for (const id of selection.ids ?? []) members.add(id, start);
    while (!signal.aborted) {
      // Before reading, so that a commit during the read rings for another look.
      bell.reset();
      const now = clock.monotonic();
      if (selection.prefix !== undefined && now - discoveredAt >= DISCOVERY_MS) {
        discoveredAt = now;
        try {
          const maxAgeMs = isFirst ? 0 : DISCOVERY_MS / 2;
          for await (const id of options.list(selection.prefix, maxAgeMs)) {
            members.add(id, start);
            options.check(members.size);
          }
          // Those that are found later were not there before.
          start = { kind: 'nothing' };
          isFirst = false;
        } catch (error) {
          if (error instanceof StoreUnavailableError) onFailure(error);
          else throw error;
        }
      }
      if (now - beatAt >= heartbeatMs) {
        beatAt = now;
        members.beat();
      }
      const event = await members.look(signal, selection.prefix !== undefined);
      if (signal.aborted) return;
      if (event) {
        yield { event, cursor: () => members.cursor };
        continue;
      }
      const next = Math.min(
        beatAt + heartbeatMs,
        selection.prefix === undefined ? Number.POSITIVE_INFINITY : discoveredAt + DISCOVERY_MS,
      );
      await bell.wait(clock, Math.max(0, next - clock.monotonic()));
    }
  } finally {
    members.leave();
    onEnded?.();
  }
}
