import { describe, expect, it } from 'vitest';
import { ContextManager } from '../../src/context/manager.ts';
import { StoreUnavailableError } from '../../src/errors.ts';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import { Presence } from '../../src/presence/presence.ts';
import { noCounts } from '../../src/server/counts.ts';
import { noDeliveries } from '../../src/server/fanout/deliveries.ts';
import { figuresOf } from '../../src/server/figures-of.ts';
import { EVERY_MS, Fleet } from '../../src/stats/fleet.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Commit } from '../../src/store/store.ts';
import { Api } from '../helpers/api.ts';
import { startApp } from '../helpers/app.ts';
import { transports as asViewers, streams } from '../helpers/as-viewers.ts';
import { eventually } from '../helpers/eventually.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { transports } from '../helpers/transports.ts';

const PREFIX = 'presence:';
const gauges = { webSockets: 0, streams: 0, subscriptions: 0, watchedContexts: 0, proofAgeMs: undefined };

class FailingStore extends MemoryStore {
  isFailing = false;
  /** Whether what is done is not answered. */
  isDeaf = false;
  listed = 0;

  override async list(...args: Parameters<MemoryStore['list']>): ReturnType<MemoryStore['list']> {
    this.listed += 1;
    return super.list(...args);
  }

  override async commit(id: string, commit: Commit): ReturnType<MemoryStore['commit']> {
    if (this.isFailing) throw new StoreUnavailableError({ applied: 'NO' });
    const outcome = await super.commit(id, commit);
    if (this.isDeaf) throw new StoreUnavailableError();
    return outcome;
  }
}

/** Several processes on one store, each with a time of its own that is moved by hand. */
function world() {
  const feed = new MemoryFeed();
  const store = new FailingStore({ tell: feed.tell });
  const manager = new ContextManager({ store, feed });
  const failures: unknown[] = [];
  const onFailure = (error: unknown) => void failures.push(error);
  const open = () => {
    const clock = new FakeClock();
    const figures = () => figuresOf(noCounts(), noDeliveries(), gauges);
    const onBeat: Presence['beat'] = (living, isBack) => presence.beat(living, isBack);
    const fleet = new Fleet({ store, clock, figures, onFailure, onBeat });
    const living = () => fleet.living();
    const presence = new Presence({ manager, clock, prefix: PREFIX, process: fleet.name, living, onFailure });
    fleet.join();
    return { clock, presence, name: fleet.name };
  };
  /** Time passes for these. */
  const pass = async (ms: number, ...processes: readonly { readonly clock: FakeClock }[]): Promise<void> => {
    for (const { clock } of processes) clock.elapse(ms);
    for (let turns = 0; turns < 50; turns += 1) await new Promise(setImmediate);
  };
  const of = async (id: string) => (await manager.get(`${PREFIX}${id}`))?.context;
  return { manager, store, open, pass, of, failures };
}

describe('Presence', () => {
  it('is what each process serves, and nothing once nobody is there', async () => {
    const { open, of, pass, failures, store } = world();
    const all = [open(), open()] as const;
    const [one, two] = all;
    await pass(0, ...all);
    const leave = ['ann', 'ann', 'bob'].map((viewer) => one.presence.enter('a', viewer));
    const leaveTwo = two.presence.enter('a', 'ann');
    await pass(1000, ...all);
    expect(await of('a')).toEqual({ [one.name]: { ann: 2, bob: 1 }, [two.name]: { ann: 1 } });
    leave[0]?.();
    // Twice is as once.
    leave[2]?.();
    leave[2]?.();
    await pass(1000, ...all);
    expect(await of('a')).toEqual({ [one.name]: { ann: 1 }, [two.name]: { ann: 1 } });
    for (const each of [...leave, leaveTwo]) each();
    await pass(1000, ...all);
    expect(await of('a')).toBeUndefined();
    expect(failures).toEqual([]);
    // As long as nobody is gone, nobody looks for what they left.
    const { listed } = store;
    for (let beats = 0; beats < 3; beats += 1) await pass(EVERY_MS, ...all);
    expect(store.listed).toBe(listed);
  });

  it('of who comes and goes together is told of once, and nobody is present at presence', async () => {
    const { open, manager, pass } = world();
    const one = open();
    await pass(0, one);
    for (let n = 0; n < 50; n += 1) one.presence.enter('a', `viewer ${n}`);
    one.presence.enter('b', 'ann')();
    one.presence.enter(`${PREFIX}a`, 'ann');
    await pass(1000, one);
    expect((await manager.get(`${PREFIX}a`))?.version).toBe(1);
    expect((await manager.list()).contexts.map(({ contextId }) => contextId)).toEqual([`${PREFIX}a`]);
  });

  it('of a process that is gone without a word is taken away by the others, and told again should it come back', async () => {
    const { open, of, pass } = world();
    const [gone, other] = [open(), open()];
    await pass(0, gone, other);
    for (const id of ['a', 'b']) gone.presence.enter(id, 'ann');
    other.presence.enter('a', 'bob');
    await pass(EVERY_MS, gone, other);
    expect(await of('b')).toEqual({ [gone.name]: { ann: 1 } });
    for (let beats = 0; beats < 5; beats += 1) await pass(EVERY_MS, other);
    expect(await of('a')).toEqual({ [other.name]: { bob: 1 } });
    expect(await of('b')).toBeUndefined();
    await pass(EVERY_MS, gone, other);
    expect(await of('a')).toEqual({ [other.name]: { bob: 1 }, [gone.name]: { ann: 1 } });
    expect(await of('b')).toEqual({ [gone.name]: { ann: 1 } });
  });

  it('of who was killed is taken away, also where the store failed just then', async () => {
    const { open, of, pass, store } = world();
    const [gone, other] = [open(), open()];
    await pass(0, gone, other);
    gone.presence.enter('a', 'ann');
    other.presence.enter('a', 'bob');
    await pass(EVERY_MS, gone, other);
    for (let beats = 0; beats < 2; beats += 1) await pass(EVERY_MS, other);
    store.isFailing = true;
    for (let beats = 0; beats < 3; beats += 1) await pass(EVERY_MS, other);
    expect(await of('a')).toHaveProperty(gone.name);
    store.isFailing = false;
    await pass(EVERY_MS, other);
    expect(await of('a')).toEqual({ [other.name]: { bob: 1 } });
  });

  it('leaves no ghost where the answer of a write was lost', async () => {
    const { open, of, pass, store } = world();
    const one = open();
    await pass(0, one);
    one.presence.enter('a', 'ann');
    await pass(1000, one);
    store.isDeaf = true;
    const leave = ['a', 'b'].map((id) => one.presence.enter(id, 'bob'));
    await pass(1000, one);
    store.isDeaf = false;
    for (const each of leave) each();
    for (let beats = 0; beats < 2; beats += 1) await pass(EVERY_MS, one);
    expect(await of('a')).toEqual({ [one.name]: { ann: 1 } });
    expect(await of('b')).toBeUndefined();
  });

  it('is made good by one that the others took for gone, of who has left meanwhile too', async () => {
    const { open, of, pass } = world();
    const one = open();
    await pass(0, one);
    one.presence.enter('a', 'ann');
    const leave = [one.presence.enter('a', 'bob'), one.presence.enter('b', 'cyd')];
    await pass(1000, one);
    for (const each of leave) each();
    one.presence.beat(new Set([one.name]), true);
    await pass(1000, one);
    expect(await of('a')).toEqual({ [one.name]: { ann: 1 } });
    expect(await of('b')).toBeUndefined();
  });

  it('of a process that has just begun is not taken for that of one that is gone', async () => {
    const { open, of, pass, manager } = world();
    const one = open();
    await pass(0, one);
    one.presence.enter('a', 'ann');
    await pass(1000, one);
    const late = open();
    one.presence.beat(new Set([one.name, 'killed']), false);
    await pass(0, late);
    late.presence.enter('a', 'bob');
    await pass(1000, late);
    await manager.update(`${PREFIX}a`, { killed: { eve: 1 } });
    // It knows of who is gone, and not of the latest yet.
    one.presence.beat(new Set([one.name]), false);
    await pass(1000, one);
    expect(await of('a')).toEqual({ [one.name]: { ann: 1 }, [late.name]: { bob: 1 } });
  });

  it('that can not be written for one context holds up none of the others', async () => {
    const { open, of, pass, manager, failures } = world();
    const one = open();
    await pass(0, one);
    await manager.set(`${PREFIX}full`, { text: 'x'.repeat(1024 * 1024 - 15) });
    for (const id of ['full', 'x'.repeat(510), 'good']) one.presence.enter(id, 'ann');
    await pass(1000, one);
    expect(await of('good')).toEqual({ [one.name]: { ann: 1 } });
    expect(failures).toHaveLength(2);
    await pass(EVERY_MS, one);
    expect(failures).toHaveLength(2);
  });

  it('of processes that all were killed is taken away by the next', async () => {
    const { open, of, pass } = world();
    const killed = open();
    await pass(0, killed);
    killed.presence.enter('a', 'ann');
    await pass(1000, killed);
    const next = open();
    next.presence.enter('b', 'bob');
    for (let beats = 0; beats < 5; beats += 1) await pass(EVERY_MS, next);
    expect(await of('a')).toBeUndefined();
    expect(await of('b')).toEqual({ [next.name]: { bob: 1 } });
  });

  it('of what has too long an id is not told, and keeps nobody else from being', async () => {
    const { open, of, pass, failures } = world();
    const one = open();
    await pass(0, one);
    for (const id of ['a'.repeat(510), 'b']) one.presence.enter(id, 'ann');
    for (let beats = 0; beats < 3; beats += 1) await pass(EVERY_MS, one);
    expect(await of('b')).toEqual({ [one.name]: { ann: 1 } });
    expect(failures).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
  });

  it('that could not be told is told with a later beat', async () => {
    const { open, of, pass, store, failures } = world();
    const one = open();
    await pass(0, one);
    store.isFailing = true;
    one.presence.enter('a', 'ann');
    await pass(1000, one);
    expect(failures).toHaveLength(1);
    store.isFailing = false;
    await pass(EVERY_MS, one);
    expect(await of('a')).toEqual({ [one.name]: { ann: 1 } });
    await one.presence.close();
    expect(await of('a')).toBeUndefined();
  });
});

describe.each(transports.slice(0, 2))('Who subscribes over $name', ({ open }) => {
  it('is present until it leaves, and who it is is a context that nobody else writes to', async () => {
    const { client, server } = await open({ presencePrefix: PREFIX });
    const watch = new Api(client).watch('a', { version: 0 });
    const part = client.subscribe(
      'subscription { contextPartChanged(id: "a", path: ["x"], version: 0) { __typename } }',
      {},
    );
    const inFragments = client.subscribe(
      `subscription { ...Watch }
       fragment Watch on Subscription { ... { contextChanged(id: "a", version: 0) { __typename } } }`,
      {},
    );
    const events = [watch.next(), part.next(), inFragments.next()];
    const present = async () => Object.values((await server.manager.get(`${PREFIX}a`))?.context ?? {});
    await eventually(async () => expect(await present()).toEqual([{ anonymous: 3 }]));
    for (const field of [
      'setContext(id: "presence:a", context: {})',
      'updateContext(id: "presence:b", changes: {})',
      'patchContext(id: "presence:a", patch: [])',
      'revertContext(id: "presence:a", toVersion: 1)',
      'deleteContext(id: "presence:a")',
      'restoreContext(id: "presence:a")',
      'writeContexts(writes: [{ set: { id: "presence:a", context: {} } }])',
    ]) {
      const { errors } = await client.run(`mutation { ${field} { __typename } }`, {});
      expect(errors, field).toMatchObject([{ extensions: { code: 'FORBIDDEN', applied: 'NO' } }]);
    }
    await server.manager.set('a', {});
    await Promise.all(events);
    await watch.leave();
    await part.return?.();
    await inFragments.return?.();
    await eventually(async () => expect(await server.manager.get(`${PREFIX}a`)).toBeNull());
  });
});

describe('Presence', () => {
  it('names viewers by their names, for those who may read it', async () => {
    const policy = (...read: readonly string[]) => ({ read });
    const app = await startApp({
      presencePrefix: PREFIX,
      access: {
        authenticate: ({ token = '' }) => ({ name: token, policy: token === 'ann' ? policy('*') : policy('a') }),
      },
    });
    const subscribe = Object.values(streams)[0]!;
    const run = Object.values(asViewers)[0]!;
    const events = subscribe(app, 'bob', 'subscription { contextChanged(id: "a", version: 0) { __typename } }');
    const next = events.next();
    const query = '{ context(id: "presence:a") { context } }';
    await eventually(async () => {
      const { data } = await run(app, 'ann', query);
      expect(Object.values((data?.['context'] as { context: object } | null)?.context ?? {})).toEqual([{ bob: 1 }]);
    });
    expect((await run(app, 'bob', query)).data).toEqual({ context: null });
    // Who may not read a context watches nothing.
    const outside = subscribe(app, 'bob', 'subscription { contextChanged(id: "b", version: 0) { __typename } }');
    void outside.next();
    const inside = subscribe(
      app,
      'bob',
      'subscription { contextChanged(id: "a", version: 0) { ... on Versioned { version } } }',
    );
    void inside.next();
    await eventually(async () =>
      expect(Object.values((await app.server.manager.get(`${PREFIX}a`))?.context ?? {})).toEqual([{ bob: 2 }]),
    );
    expect(await app.server.manager.get(`${PREFIX}b`)).toBeNull();
    await outside.return?.();
    await inside.return?.();
    await app.server.manager.set('a', {});
    await next;
    await events.return?.();
  });
});
