import type { ContextEvent } from '../../src/context/model.ts';
import { proveContinuity } from '../../src/context/sync.ts';
import { watchContext } from '../../src/context/watch.ts';
import type { Feed } from '../../src/feed/feed.ts';
import type { Watch } from './subscriber.ts';

/** A watch with one thing wrong, each of which a careless hand could bring about. The simulation must find every one. */
export const brokenWatches: Readonly<Record<string, Watch>> = {
  'takes whatever entries are left for all there were': (id, start, options) =>
    watchContext(id, start, { ...options, prove: () => true }),

  'compares versions and ignores their tags': (id, start, options) =>
    watchContext(id, start, {
      ...options,
      prove: (entries, from, to) => {
        const untagged = entries.map((entry) => ({ ...entry, fromTag: '', tag: '' }));
        return proveContinuity(untagged, { ...from, tag: '' }, { ...to, tag: '' });
      },
    }),

  'takes a cursor for a bare version': (id, start, options) => {
    const bare = start?.kind === 'position' ? ({ kind: 'version', version: start.position.version } as const) : start;
    return watchContext(id, bare, options);
  },

  'takes no position for holding nothing': (id, start, options) =>
    watchContext(id, start ?? { kind: 'nothing' }, options),

  'is not listening yet when it reads': (id, start, options) => {
    const feed: Feed = {
      listen: async (to, hear) => {
        let isHearing = false;
        options.clock.after(60, () => {
          isHearing = true;
        });
        return options.feed.listen(to, () => isHearing && hear());
      },
      close: async () => {},
    };
    return watchContext(id, start, { ...options, feed });
  },

  'trusts the feed and has no heartbeat': (id, start, options) =>
    watchContext(id, start, { ...options, heartbeatMs: 1e9 }),

  'hears the first hint and no other': (id, start, options) => {
    let isHeard = false;
    const once = (hear: () => void) => () => {
      if (!isHeard) hear();
      isHeard = true;
    };
    const feed: Feed = { listen: (to, hear) => options.feed.listen(to, once(hear)), close: async () => {} };
    return watchContext(id, start, { ...options, feed });
  },

  'goes on listening after it was left': (id, start, options) => {
    const listen = async (...args: Parameters<Feed['listen']>) => {
      await options.feed.listen(...args);
      return () => {};
    };
    return watchContext(id, start, { ...options, feed: { listen, close: async () => {} } });
  },

  'waits for its turn when it is left': (id, start, options) => {
    const events = watchContext(id, start, options);
    return { ...events, next: () => events.next(), return: async () => ({ done: true, value: undefined }) };
  },

  'keeps events for slow readers in a queue': (id, start, options) => {
    const events = watchContext(id, start, options);
    let ahead: Promise<IteratorResult<ContextEvent>> | undefined;
    return wrap(events, async () => {
      const current = await (ahead ?? events.next());
      ahead = events.next();
      return current;
    });
  },

  'forgets the third event': (id, start, options) => {
    const events = watchContext(id, start, options);
    let count = 0;
    return wrap(events, async () => {
      count += 1;
      if (count === 3) await events.next();
      return events.next();
    });
  },

  'tells the second event twice': (id, start, options) => {
    const events = watchContext(id, start, options);
    let count = 0;
    let last: IteratorResult<ContextEvent> | undefined;
    return wrap(events, async () => {
      count += 1;
      if (count !== 3 || !last) last = await events.next();
      return last;
    });
  },

  'ends with the first deletion': (id, start, options) => {
    const events = watchContext(id, start, options);
    let isOver = false;
    return wrap(events, async () => {
      if (isOver) return { done: true, value: undefined };
      const result = await events.next();
      isOver = !result.done && result.value.kind === 'deleted';
      return result;
    });
  },

  'says nothing of deletions': (id, start, options) => {
    const events = watchContext(id, start, options);
    return wrap(events, async () => {
      let result = await events.next();
      while (!result.done && result.value.kind === 'deleted') result = await events.next();
      return result;
    });
  },
};

function wrap(
  events: AsyncIterableIterator<ContextEvent>,
  next: () => Promise<IteratorResult<ContextEvent>>,
): AsyncIterableIterator<ContextEvent> {
  return {
    next,
    return: async () => (await events.return?.()) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
