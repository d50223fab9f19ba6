import type { JsonObject } from '../src/json.ts';
import { createServer } from '../src/server/create-server.ts';
import { silentLog } from '../src/server/log.ts';
import { type Mutable, mergeInto } from './writes-load.ts';
import { casScript, plainSet, watchMulti } from './writes-redis-peers.ts';

/** A way to keep contexts. One update changes a state, logs its delta, of which the latest 100 stay, and tells whoever listens. */
export interface Side {
  /** Makes a context that is not there yet, at version 1. */
  set(id: string, context: JsonObject): Promise<void>;
  /** Resolves once the update is acknowledged. */
  update(id: string, changes: JsonObject, writer: number): Promise<void>;
  /** What stands; null where a side keeps no state that could be compared. */
  read(id: string): Promise<{ readonly version: number; readonly context: JsonObject } | null>;
  close(): Promise<void>;
}

/** What a side may need: where Redis is, what its keys begin with, and how many write to it from this process. */
export interface SideOptions {
  readonly url: string;
  readonly prefix: string;
  readonly writers: number;
}

export const LOG_LENGTH = 100;
/** What was best of 20, 100 and 300 where 50 writers contend. */
const PAUSE_MS = 100;

/** In memory, unless there is a Redis. */
async function arpeggio({ url, prefix }: SideOptions): Promise<Side> {
  const redis = url === '' ? {} : { redisUrl: url, redisPrefix: prefix };
  const server = createServer({ port: 0, archive: 'off', log: silentLog, ...redis });
  await server.listen();
  const { manager } = server;
  return {
    async set(id, context) {
      await manager.set(id, context);
    },
    async update(id, changes) {
      await manager.update(id, changes);
    },
    async read(id) {
      const full = await manager.get(id);
      if (!full) throw new Error('The context is gone.');
      return full;
    },
    close: () => server.close(),
  };
}

/** What one writes without thinking, right in one process alone: copy the state, merge, and compare it with what it was. */
async function plainMemory(): Promise<Side> {
  interface Kept {
    readonly version: number;
    readonly context: JsonObject;
  }
  const contexts = new Map<string, Kept>();
  const logs = new Map<string, JsonObject[]>();
  const listeners = new Set<(id: string, delta: JsonObject) => void>();
  return {
    async set(id, context) {
      contexts.set(id, { version: 1, context });
      logs.set(id, []);
    },
    async update(id, changes) {
      const { version, context } = contexts.get(id) ?? { version: 0, context: {} };
      const next = structuredClone(context) as Mutable;
      mergeInto(next, changes);
      const delta = difference(context, next);
      contexts.set(id, { version: version + 1, context: next });
      const log = logs.get(id) ?? [];
      log.push(delta);
      if (log.length > LOG_LENGTH) log.shift();
      for (const listener of listeners) listener(id, delta);
    },
    read: async (id) => contexts.get(id) ?? { version: 0, context: {} },
    async close() {},
  };
}

/** The plainest that is right for what the benchmark writes; no library that was tried is faster. */
function difference(before: JsonObject, after: JsonObject): JsonObject {
  const delta: Mutable = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [oldValue = null, value = null] = [before[key], after[key]];
    if (oldValue === value) continue;
    if (typeof oldValue === 'object' && typeof value === 'object') {
      const inner = difference((oldValue ?? {}) as JsonObject, (value ?? {}) as JsonObject);
      if (Object.keys(inner).length > 0) delta[key] = inner;
    } else {
      delta[key] = { action: 'modified', oldValue, value };
    }
  }
  return delta;
}

const sides = {
  arpeggio,
  'plain loop': plainMemory,
  'WATCH / MULTI': watchMulti,
  'WATCH / MULTI, pausing': (options) => watchMulti(options, PAUSE_MS),
  'get, then compare-and-set': casScript,
  'SET of 12 KB': plainSet,
} satisfies { readonly [name: string]: (options: SideOptions) => Promise<Side> };

export type SideName = keyof typeof sides;

export function openSide(name: SideName, options: SideOptions): Promise<Side> {
  return sides[name](options);
}
