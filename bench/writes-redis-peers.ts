import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { JsonObject } from '../src/json.ts';
import { groupChat } from './chord-context.ts';
import { type Mutable, mergeInto } from './writes-load.ts';
import { LOG_LENGTH, type Side, type SideOptions } from './writes-sides.ts';

interface Stored {
  readonly version: number;
  readonly context: JsonObject;
}

/** A state as it is kept, and what stands after an update of it. */
export function changed(
  text: string | null | undefined,
  changes: JsonObject,
): { readonly state: string; readonly delta: string } {
  const { version, context } = JSON.parse(text ?? '{"version":0,"context":{}}') as Stored;
  const delta = mergeInto(context as Mutable, changes);
  const next: Stored = { version: version + 1, context };
  return { state: JSON.stringify(next), delta: JSON.stringify({ version: next.version, delta }) };
}

/**
 * Redis' own way to change what it keeps, by its documentation: watch, read, write in a transaction, and again where somebody else was
 * faster; at once, or after a random pause of so many milliseconds at most.
 */
export async function watchMulti({ url, prefix, writers }: SideOptions, pauseMs = 0): Promise<Side> {
  // What is watched belongs to a connection.
  const connections = Array.from({ length: writers }, () => new Redis(url));
  const [first = new Redis(url)] = connections;
  await Promise.all(connections.map((redis) => redis.ping()));
  return {
    ...keeping(first, prefix),
    async update(id, changes, writer) {
      const redis = connections[writer] ?? first;
      const key = `${prefix}:${id}`;
      for (;;) {
        // Sent together, executed in this order.
        const [, text] = await Promise.all([redis.watch(key), redis.get(key)]);
        const { state, delta } = changed(text, changes);
        const done = await redis
          .multi()
          .set(key, state)
          .rpush(`${key}:log`, delta)
          .ltrim(`${key}:log`, -LOG_LENGTH, -1)
          .publish(`${key}:told`, delta)
          .exec();
        if (done !== null) return;
        if (pauseMs > 0) await pause(Math.random() * pauseMs);
      }
    },
    async close() {
      for (const redis of connections) redis.disconnect();
    },
  };
}

/**
 * KEYS: the state, its log, its channel. ARGV: the version that the writer has read, the state, the delta, how many deltas are kept.
 * Returns 1 where that version still stood.
 */
const COMPARE_AND_SET = `
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[1] + 1, 'state', ARGV[2])
redis.call('RPUSH', KEYS[2], ARGV[3])
redis.call('LTRIM', KEYS[2], -ARGV[4], -1)
redis.call('PUBLISH', KEYS[3], ARGV[3])
return 1
`;

/** Reads the whole state, changes it here, and writes all of it where nobody has written meanwhile; else again. */
export async function casScript({ url, prefix }: SideOptions): Promise<Side> {
  const redis = new Redis(url, { scripts: { compareAndSet: { lua: COMPARE_AND_SET, numberOfKeys: 3 } } });
  const compareAndSet = (...args: readonly (string | number)[]): Promise<unknown> =>
    (redis as Redis & { compareAndSet(...args: readonly (string | number)[]): Promise<unknown> }).compareAndSet(
      ...args,
    );
  return {
    async set(id, context) {
      await redis.hset(`${prefix}:${id}`, { version: 1, state: JSON.stringify({ version: 1, context }) });
    },
    async update(id, changes) {
      const key = `${prefix}:${id}`;
      for (;;) {
        const [version, text] = await redis.hmget(key, 'version', 'state');
        const { state, delta } = changed(text, changes);
        const done = await compareAndSet(key, `${key}:log`, `${key}:told`, version ?? '', state, delta, LOG_LENGTH);
        if (done === 1) return;
      }
    },
    async read(id) {
      return JSON.parse((await redis.hget(`${prefix}:${id}`, 'state')) ?? '{}') as Stored;
    },
    async close() {
      redis.disconnect();
    },
  };
}

/** No update at all: the same 12 KB, written over and over. What Redis and its client could do at best if each update wrote the state. */
export async function plainSet({ url, prefix }: SideOptions): Promise<Side> {
  const redis = new Redis(url);
  const text = JSON.stringify(groupChat(50));
  return {
    ...keeping(redis, prefix),
    async update(id) {
      await redis.set(`${prefix}:${id}`, text);
    },
    read: async () => null,
  };
}

/** A state as one string. */
function keeping(redis: Redis, prefix: string): Pick<Side, 'set' | 'read' | 'close'> {
  return {
    async set(id, context) {
      await redis.set(`${prefix}:${id}`, JSON.stringify({ version: 1, context }));
    },
    async read(id) {
      return JSON.parse((await redis.get(`${prefix}:${id}`)) ?? '{}') as Stored;
    },
    async close() {
      redis.disconnect();
    },
  };
}
