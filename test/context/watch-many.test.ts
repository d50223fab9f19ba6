import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ContextManager } from '../../src/context/manager.ts';
import type { ManyHooks } from '../../src/context/manager-options.ts';
import { type ContextsEvent, decodeMany, encodeMany, type ManyGiven } from '../../src/context/many.ts';
import { apply } from '../../src/delta/apply.ts';
import { StoreUnavailableError } from '../../src/errors.ts';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import type { JsonObject } from '../../src/json.ts';
import type { Limits } from '../../src/limits.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { eventually } from '../helpers/eventually.ts';

interface Copy {
  readonly life: string;
  readonly version: number;
  readonly context: JsonObject;
}

function makeManager(limits: Partial<Limits> = {}, store?: MemoryStore) {
  const feed = new MemoryFeed();
  const manager = new ContextManager({
    store: store ?? new MemoryStore({ tell: feed.tell, deltaThreshold: 3 }),
    feed,
    limits,
    heartbeatMs: 50,
  });
  onTestFinished(() => manager.close());
  return { manager, feed };
}

/** Reads as fast as it can, and keeps copies as a client would. */
class Follower {
  readonly copies = new Map<string, Copy>();
  readonly told: string[] = [];
  cursor: string | undefined;
  error: unknown;
  readonly #events: AsyncIterableIterator<ContextsEvent>;
  readonly #done: Promise<void>;

  constructor(
    manager: ContextManager,
    given: ManyGiven,
    hooks?: ManyHooks,
    copies: ReadonlyMap<string, Copy> = new Map(),
  ) {
    for (const [id, copy] of copies) this.copies.set(id, copy);
    this.#events = manager.watchMany(given, hooks);
    this.#done = this.#read();
  }

  async leave(): Promise<void> {
    await this.#events.return?.();
    await this.#done;
  }

  async #read(): Promise<void> {
    try {
      for await (const { event, cursor } of this.#events) {
        const { contextId: id, kind, life, version } = event;
        this.told.push(`${id} ${kind} ${version}`);
        this.cursor = cursor();
        const copy = this.copies.get(id);
        if (kind === 'deleted') {
          if (!copy) throw new Error(`${id} ended that was not there.`);
          this.copies.delete(id);
        } else if (kind === 'full') {
          if (copy?.life === life && copy.version >= version) throw new Error(`${id} went back.`);
          this.copies.set(id, { life, version, context: event.context });
        } else {
          if (copy?.life !== life || copy.version !== event.fromVersion) throw new Error(`${id} has a gap.`);
          this.copies.set(id, { life, version, context: apply(event.delta, copy.context) });
        }
      }
    } catch (error) {
      this.error = error;
    }
  }
}

async function statesOf(manager: ContextManager, ids: readonly string[]): Promise<object> {
  const found = await Promise.all(ids.map(async (id) => [id, await manager.get(id)] as const));
  return Object.fromEntries(found.flatMap(([id, full]) => (full ? [[id, full.context]] : [])));
}

const contextsOf = (follower: Follower): object =>
  Object.fromEntries([...follower.copies].map(([id, { context }]) => [id, context]));

const IDS = ['a:1', 'a:2', 'a:3', 'a:4'];

describe('A stream of many contexts', () => {
  it.each([
    ['ids', { ids: IDS }, 30],
    ['a prefix', { prefix: 'a:' }, 8],
  ])(
    'of %s keeps copies equal, each without a gap, whenever it is left and resumed by its cursor',
    async (_what, selection, numRuns) => {
      const step = fc.oneof(
        { weight: 6, arbitrary: fc.record({ id: fc.constantFrom(...IDS), n: fc.integer() }) },
        { weight: 2, arbitrary: fc.record({ id: fc.constantFrom(...IDS), verb: fc.constant('delete') }) },
        { weight: 2, arbitrary: fc.record({ verb: fc.constantFrom('resume', 'pause') }) },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
          const { manager, feed } = makeManager();
          await manager.set('a:1', { first: true });
          let follower = new Follower(manager, { ...selection, whole: true });
          let cursor: string | undefined;
          for (const each of steps) {
            if ('n' in each) await manager.set(each.id, { n: each.n });
            else if ('id' in each) await manager.delete(each.id).catch(() => {});
            else if (each.verb === 'pause') await new Promise(setImmediate);
            else {
              const { copies } = follower;
              await follower.leave();
              expect(follower.error).toBeUndefined();
              cursor = follower.cursor ?? cursor;
              const from = cursor === undefined ? { whole: true } : { cursor };
              follower = new Follower(manager, { ...selection, ...from }, undefined, copies);
            }
          }
          const states = await statesOf(manager, IDS);
          await eventually(() => {
            if (follower.error) throw follower.error;
            expect(contextsOf(follower)).toEqual(states);
          });
          await follower.leave();
          expect(feed.size).toBe(0);
        }),
        { numRuns },
      );
    },
  );

  it('begins with what changes from its first event on, unless it is asked for the whole', async () => {
    const { manager } = makeManager();
    await manager.set('a:1', { n: 1 });
    const later = new Follower(manager, { ids: ['a:1', 'a:2'] });
    const whole = new Follower(manager, { ids: ['a:1', 'a:2'], whole: true });
    await eventually(() => expect(whole.told).toEqual(['a:1 full 1']));
    await manager.set('a:2', { n: 1 });
    await eventually(() => expect(later.told).toEqual(['a:2 full 1']));
    // The other was looked at, too, before anything was told.
    expect([...decodeMany(later.cursor ?? '').keys()]).toEqual(['a:1', 'a:2']);
  });

  it('by prefix tells of contexts as they come and go, and forgets those that are gone', async () => {
    const { manager, feed } = makeManager();
    const follower = new Follower(manager, { prefix: 'a:' });
    await new Promise(setImmediate);
    await manager.set('b:1', {});
    await manager.set('a:1', {});
    await eventually(() => expect(follower.told).toEqual(['a:1 full 1']));
    await manager.delete('a:1');
    await eventually(() => expect(follower.told).toEqual(['a:1 full 1', 'a:1 deleted 1']));
    await eventually(() => expect(feed.size).toBe(0));
    expect(decodeMany(follower.cursor ?? '').size).toBe(0);
    await manager.set('a:1', {});
    await eventually(() => expect(follower.told).toHaveLength(3));
    await follower.leave();
  });

  it('tells a slow reader of each what it missed as one event', async () => {
    const { manager } = makeManager();
    await manager.set('a:1', { n: 0 });
    await manager.set('a:2', { n: 0 });
    const events = manager.watchMany({ ids: ['a:1', 'a:2'], whole: true });
    await events.next();
    await events.next();
    for (const n of [1, 2, 3]) for (const id of ['a:1', 'a:2']) await manager.set(id, { n });
    const told = [await events.next(), await events.next()].map(({ value }) => value.event);
    expect(told.map(({ contextId, fromVersion, version }) => ({ contextId, fromVersion, version }))).toEqual([
      { contextId: 'a:1', fromVersion: 1, version: 4 },
      { contextId: 'a:2', fromVersion: 1, version: 4 },
    ]);
    await events.return?.();
  });

  it('tells nothing of what may not be read, and its end to who may not any more', async () => {
    const { manager } = makeManager();
    for (const id of IDS) await manager.set(id, { n: 1 });
    const allowed = new Set(['a:1', 'a:2']);
    const may = async (id: string) => allowed.has(id);
    const whole = new Follower(manager, { ids: IDS, whole: true }, { may });
    await eventually(() => expect(whole.told.toSorted()).toEqual(['a:1 full 1', 'a:2 full 1']));
    const resumed = new Follower(manager, { ids: IDS, cursor: whole.cursor }, { may }, whole.copies);
    const followers = [whole, resumed];
    for (const id of IDS) await manager.set(id, { n: 2 });
    for (const { told } of followers) await eventually(() => expect(told).toContain('a:2 delta 2'));
    allowed.delete('a:2');
    // Without any write: the heartbeat asks.
    for (const { told } of followers) await eventually(() => expect(told).toContain('a:2 deleted 2'));
    await manager.set('a:2', { n: 3 });
    allowed.add('a:2');
    for (const { told } of followers) await eventually(() => expect(told).toContain('a:2 full 3'));
    for (const { told, error } of followers) {
      expect(told.join()).not.toMatch(/a:[34]/);
      expect(error).toBeUndefined();
    }
  });

  it('ends with what was thrown where it is asked who may read, and where there are too many', async () => {
    const { manager, feed } = makeManager({ contextsAtOnce: 2 });
    for (const id of ['a:1', 'a:2']) await manager.set(id, {});
    const may = async () => Promise.reject(new TypeError('Nobody knows.'));
    const unknown = new Follower(manager, { ids: ['a:1'] }, { may });
    await eventually(() => expect(unknown.error).toEqual(new TypeError('Nobody knows.')));
    const crowded = new Follower(manager, { prefix: 'a:' });
    await manager.set('a:2', { n: 1 });
    await manager.set('a:3', {});
    await eventually(() => expect(crowded.error).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 'contextsAtOnce' }));
    expect(feed.size).toBe(0);
  });

  it('is not ended by those that are gone, whose ends are not told yet, whether it goes on or is resumed', async () => {
    const { manager } = makeManager({ contextsAtOnce: 3 });
    for (const id of ['a:1', 'a:2']) await manager.set(id, {});
    const events = manager.watchMany({ prefix: 'a:', whole: true });
    const first = (await events.next()).value as ContextsEvent;
    await events.next();
    const cursor = first.cursor();
    const change = async () => {
      for (const id of ['a:1', 'a:2']) await manager.delete(id);
      for (const id of ['a:3', 'a:4', 'a:5']) await manager.set(id, {});
    };
    await change();
    // Long enough for the next look at what there is.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const told = async (stream: AsyncIterableIterator<ContextsEvent>) => {
      const ids: string[] = [];
      for (let n = 0; n < 5; n += 1) ids.push(((await stream.next()).value as ContextsEvent).event.contextId);
      await stream.return?.();
      return ids.toSorted();
    };
    const all = ['a:1', 'a:2', 'a:3', 'a:4', 'a:5'];
    expect(await told(events)).toEqual(all);
    expect(await told(manager.watchMany({ prefix: 'a:', cursor }))).toEqual(all);
  });

  it.each([
    ['of more contexts than any stream has', Array.from({ length: 7 }, (_, n) => `a:${n}`), 'LIMIT_EXCEEDED'],
    ['of what can be no id', ['a:\ud800'], 'BAD_USER_INPUT'],
    ['of an id that is too long', ['a:'.padEnd(600, 'x')], 'BAD_USER_INPUT'],
  ])('takes no cursor %s', (_, ids, code) => {
    const { manager } = makeManager({ contextsAtOnce: 3 });
    const cursor = encodeMany(ids.map((id) => [id, { kind: 'nothing' }]));
    expect(() => manager.watchMany({ prefix: 'a:', cursor })).toThrow(expect.objectContaining({ code }));
  });

  it('tells of what changes while it is asked who may read what', async () => {
    const { manager } = makeManager();
    for (const id of ['a:1', 'a:2']) await manager.set(id, { n: 0 });
    let isSlow = false;
    const list: ManyHooks['list'] = async (options) => {
      if (isSlow) await new Promise(() => {});
      return manager.list(options);
    };
    const follower = new Follower(manager, { prefix: 'a:', whole: true }, { list });
    await eventually(() => expect(follower.copies.size).toBe(2));
    isSlow = true;
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await manager.update('a:1', { n: 1 });
    await eventually(() => expect(follower.copies.get('a:1')?.context).toEqual({ n: 1 }));
    await manager.update('a:1', { n: 2 });
    await eventually(() => expect(follower.copies.get('a:1')?.context).toEqual({ n: 2 }));
    await follower.leave();
  });

  it('finds more than there may be on a page', async () => {
    const { manager } = makeManager({ pageSize: 2, contextsAtOnce: 5 });
    for (const n of [1, 2, 3, 4, 5]) await manager.set(`a:${n}`, {});
    const follower = new Follower(manager, { prefix: 'a:', whole: true });
    await eventually(() => expect(follower.copies.size).toBe(5));
    await follower.leave();
  });

  it('goes on where the store or the listing has failed for a while', async () => {
    class Failing extends MemoryStore {
      isFailing = false;
      override async readLog(...args: Parameters<MemoryStore['readLog']>) {
        if (this.isFailing) throw new StoreUnavailableError();
        return super.readLog(...args);
      }
      override async list(...args: Parameters<MemoryStore['list']>) {
        if (this.isFailing) throw new StoreUnavailableError();
        return super.list(...args);
      }
    }
    const store = new Failing();
    const { manager } = makeManager({}, store);
    await manager.set('a:1', { n: 1 });
    store.isFailing = true;
    const followers = [
      new Follower(manager, { ids: ['a:1'], whole: true }),
      new Follower(manager, { prefix: '', whole: true }),
    ];
    await new Promise(setImmediate);
    store.isFailing = false;
    for (const { told } of followers) await eventually(() => expect(told).toEqual(['a:1 full 1']));
  });

  it('tells nothing before it listens to all and has found where each is', async () => {
    const gate = { opens: () => {} };
    class Gated extends MemoryStore {
      readonly read1: string[] = [];
      isFailing = true;
      override async readLog(...args: Parameters<MemoryStore['readLog']>) {
        this.read1.push(args[0]);
        if (this.isFailing && args[0] === 'a:2') throw new StoreUnavailableError();
        return super.readLog(...args);
      }
    }
    class SlowFeed extends MemoryFeed {
      override async listen(...args: Parameters<MemoryFeed['listen']>) {
        if (args[0] === 'a:2') await new Promise<void>((resolve) => Object.assign(gate, { opens: resolve }));
        return super.listen(...args);
      }
    }
    const feed = new SlowFeed();
    const store = new Gated({ tell: feed.tell });
    const manager = new ContextManager({ store, feed, heartbeatMs: 2 ** 30 });
    onTestFinished(() => manager.close());
    for (const id of ['a:1', 'a:2']) await manager.set(id, { n: 1 });
    store.read1.splice(0);
    const follower = new Follower(manager, { ids: ['a:1', 'a:2'] });
    const turns = async () => {
      for (let n = 0; n < 20; n += 1) await new Promise(setImmediate);
    };
    await turns();
    expect(store.read1).toEqual([]);
    gate.opens();
    await eventually(() => expect(store.read1).toEqual(['a:1', 'a:2']));
    await manager.set('a:1', { n: 2 });
    await turns();
    expect(follower.told).toEqual([]);
    store.isFailing = false;
    await manager.set('a:1', { n: 3 });
    await eventually(() => expect(follower.told).toEqual(['a:1 delta 3']));
    expect([...decodeMany(follower.cursor ?? '').keys()]).toEqual(['a:1', 'a:2']);
  });

  it('ends with the manager', async () => {
    const { manager } = makeManager();
    const events = manager.watchMany({ prefix: '' });
    const next = events.next();
    await new Promise(setImmediate);
    manager.close();
    expect((await next).done).toBe(true);
  });

  it.each<[string, ManyGiven, string]>([
    ['names nothing', {}, 'BAD_USER_INPUT'],
    ['names both', { ids: ['a'], prefix: 'a' }, 'BAD_USER_INPUT'],
    ['has an id that is none', { ids: [''] }, 'BAD_USER_INPUT'],
    ['has a prefix that is too long', { prefix: 'a'.repeat(513) }, 'BAD_USER_INPUT'],
    ['names too many', { ids: Array.from({ length: 101 }, (_, n) => `${n}`) }, 'LIMIT_EXCEEDED'],
    ['has no cursor', { ids: ['a'], cursor: 'x' }, 'BAD_USER_INPUT'],
    [
      'has a cursor of one context',
      { ids: ['a'], cursor: Buffer.from('life.1.tag').toString('base64url') },
      'BAD_USER_INPUT',
    ],
    [
      'has a cursor that was meddled with',
      { ids: ['a'], cursor: Buffer.from('[["a",null],["a",null]]').toString('base64url') },
      'BAD_USER_INPUT',
    ],
    [
      'has a cursor of others',
      { ids: ['a'], cursor: Buffer.from('[["b",null]]').toString('base64url') },
      'BAD_USER_INPUT',
    ],
    [
      'has a cursor of another prefix',
      { prefix: 'a', cursor: Buffer.from('[["b",null]]').toString('base64url') },
      'BAD_USER_INPUT',
    ],
  ])('is refused that %s', (_what, given, code) => {
    const { manager } = makeManager();
    expect(() => manager.watchMany(given)).toThrow(expect.objectContaining({ code }));
  });
});

describe('syncMany', () => {
  it('answers each as sync would, in their order, and null where there is nothing', async () => {
    const { manager } = makeManager({ contextsAtOnce: 4 });
    for (const n of [1, 2]) await manager.set('a', { n });
    await manager.set('b', {});
    await manager.set('c', {});
    const positions = [{ id: 'a', version: 1 }, { id: 'none' }, { id: 'b', version: 1 }, { id: 'c' }];
    const answers = await manager.syncMany(positions);
    expect(answers.map((answer) => answer?.kind)).toEqual(['delta', undefined, 'noChange', 'full']);
    expect(answers[0]).toEqual(await manager.sync('a', { version: 1 }));
    await expect(manager.syncMany([...positions, { id: 'd' }])).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    await expect(manager.syncMany([{ id: 'd' }], 4)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    // What one copy lacks is as large as a context.
    await expect(manager.syncMany([{ id: 'a' }, { id: 'a' }])).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(manager.syncMany([{ id: '' }])).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});
