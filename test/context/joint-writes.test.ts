import { describe, expect, test } from 'vitest';
import type { ContextWrite } from '../../src/context/joint-writes.ts';
import { StoreUnavailableError } from '../../src/errors.ts';
import { Gate } from '../helpers/gates.ts';
import { alone, failure, two } from './processes.ts';

const set = (id: string, context = {}): ContextWrite => ({ verb: 'set', id, context });
const [A, B, C] = ['{g}:a', '{g}:b', 'c{g}'] as const;

describe('Writes that are one', () => {
  test('are each what it would have been alone, and are told once each', async () => {
    const { manager, told } = alone();
    await manager.set(A, { n: 1, list: [1] });
    await manager.set(B, { n: 1 });
    await manager.set('{g}', { n: 1 });
    told.length = 0;
    const written = await manager.writeMany([
      { verb: 'patch', id: A, patch: [{ op: 'add', path: '/list/-', value: 2 }] },
      { verb: 'update', id: B, changes: { m: 2 }, remove: [['n']], expectedVersion: 1 },
      { verb: 'delete', id: '{g}' },
      { verb: 'set', id: C, context: { n: 3 }, expectedVersion: 0 },
    ]);
    expect(written).toMatchObject([
      { context: { contextId: A, version: 2, context: { n: 1, list: [1, 2] } }, delta: { fromVersion: 1, version: 2 } },
      { context: { contextId: B, version: 2, context: { m: 2 } }, delta: { fromVersion: 1, version: 2 } },
      { kind: 'deleted', contextId: '{g}', version: 1, reason: 'DELETED' },
      { context: { contextId: C, version: 1, context: { n: 3 } }, delta: { fromVersion: 0, version: 1 } },
    ]);
    expect(told.toSorted()).toEqual([A, B, C, '{g}'].toSorted());
    for (const one of written.filter((each) => 'context' in each))
      expect({ ...(await manager.get(one.context.contextId)) }).toEqual({ ...one.context });
    expect(await manager.get('{g}')).toBeNull();
  });

  test('that change nothing make no version, and leave all to be decided at one point', async () => {
    const { manager, told, line } = alone({ cacheBytes: 100_000 });
    await manager.set(A, { n: 1 });
    await manager.set(B, { n: 1 });
    told.length = 0;
    line.count();
    expect(await manager.writeMany([set(A, { n: 1 }), set(B, { n: 1 })])).toMatchObject([
      { context: { version: 1 }, delta: null },
      { context: { version: 1 }, delta: null },
    ]);
    expect(told).toEqual([]);
    expect(line.count()).toEqual({ commitAll: 1 });
  });

  test('are none where there are none', async () => {
    expect(await alone().manager.writeMany([])).toEqual([]);
  });

  test('may be of an id that is what others have in braces', async () => {
    const written = await alone().manager.writeMany([set('g'), set(A), set(C)]);
    expect(written).toHaveLength(3);
  });

  test('may be one of an id without a group', async () => {
    expect(await alone().manager.writeMany([set('a', { n: 1 })])).toMatchObject([{ context: { version: 1 } }]);
  });

  test.each<[string, ContextWrite[], object]>([
    ['a context that is not there', [set(A), { verb: 'update', id: B, changes: {} }], { code: 'CONTEXT_NOT_FOUND' }],
    [
      'another version than it expects',
      [set(C, { n: 2 }), { ...set(A, { n: 2 }), expectedVersion: 2 }],
      { code: 'VERSION_CONFLICT', details: { currentVersion: 1 } },
    ],
    [
      'a patch that can not be done',
      [set(B), { verb: 'patch', id: A, patch: [{ op: 'test', path: '/n', value: 2 }] }],
      { code: 'PATCH_FAILED', details: { index: 0 } },
    ],
    ['a context that is too large', [set(B), set(A, { text: 'x'.repeat(500) })], { code: 'CONTEXT_TOO_LARGE' }],
    ['a malformed id', [set(A), set('')], { code: 'BAD_USER_INPUT' }],
    ['a malformed cursor', [set(A), { ...set(B), expectedCursor: 'x' }], { code: 'BAD_USER_INPUT' }],
    ['an id of another group', [set(A), set('{h}:a')], { code: 'BAD_USER_INPUT' }],
    [
      'an id without the group',
      [set(A), set('a')],
      { code: 'BAD_USER_INPUT', message: expect.stringContaining('{group}') },
    ],
    ['an id that comes twice', [set(A), set(A)], { code: 'BAD_USER_INPUT' }],
  ])('are refused whole for %s, which is named', async (_, writes, expected) => {
    const { manager, told } = alone({ limits: { contextBytes: 400 } });
    await manager.set(A, { n: 1 });
    told.length = 0;
    expect(await failure(manager.writeMany(writes))).toMatchObject({ write: 1, applied: 'NO', ...expected });
    expect(told).toEqual([]);
    expect(await manager.get(A)).toMatchObject({ version: 1, context: { n: 1 } });
    expect((await manager.list()).contexts).toHaveLength(1);
  });

  test('are not more than so many', async () => {
    const { manager } = alone({ limits: { contextsAtOnce: 2 } });
    const error = await failure(manager.writeMany([set(A), set(B), set(C)]));
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 'contextsAtOnce', applied: 'NO', write: undefined });
  });

  test('of which what would become of one is not known are all not known', async () => {
    const { manager, line } = alone();
    await manager.set(A, { n: 1 });
    line.once('commitAll', async (proceed) => {
      await proceed();
      throw new StoreUnavailableError();
    });
    expect(await failure(manager.writeMany([set(A, { n: 2 }), set(B)]))).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      applied: 'UNKNOWN',
    });
    expect(await manager.update(A, { m: 1 })).toMatchObject({ context: { version: 3, context: { n: 2, m: 1 } } });
  });
});

describe('A request of several writes', () => {
  const writes: ContextWrite[] = [set(A, { n: 1 }), { verb: 'delete', id: B }];

  test('counts once, and is answered as it was', async () => {
    const { manager, told } = alone();
    await manager.set(B, {});
    const first = await manager.writeMany(writes, { requestId: 'r' });
    told.length = 0;
    expect(await manager.writeMany(writes, { requestId: 'r' })).toEqual(first);
    await manager.update(A, { later: true });
    expect(await manager.writeMany(writes, { requestId: 'r' })).toMatchObject([
      { context: { version: 2, context: { later: true } }, delta: { version: 1 } },
      { kind: 'deleted', version: 1 },
    ]);
    expect(told).toEqual([A]);
    expect(await failure(manager.writeMany(writes, { requestId: 'r', viewer: 'another' }))).toMatchObject({
      code: 'CONTEXT_NOT_FOUND',
      write: 1,
    });
  });

  test('is known by its receipt also where it would not fit any more', async () => {
    const { manager } = alone();
    const once: ContextWrite[] = [{ ...set(A, { n: 1 }), expectedVersion: 0 }, set(B)];
    const first = await manager.writeMany(once, { requestId: 'r' });
    expect(await manager.writeMany(once, { requestId: 'r' })).toEqual(first);
  });

  test('is another with other writes, in another order, or as one of them alone', async () => {
    const { manager } = alone();
    await manager.set(B, {});
    await manager.writeMany(writes, { requestId: 'r' });
    const refused = { code: 'BAD_USER_INPUT', applied: 'NO', message: expect.stringContaining('request id') };
    for (const other of [[...writes].reverse(), [set(A, { n: 2 })], writes.slice(0, 1)])
      expect(await failure(manager.writeMany(other, { requestId: 'r' }))).toMatchObject(refused);
    expect(await failure(manager.set(A, { n: 1 }, { requestId: 'r' }))).toMatchObject(refused);
    expect(await manager.get(A)).toMatchObject({ version: 1 });
  });

  test('says where one of its answers is forgotten', async () => {
    const { manager } = alone({ receiptLimit: 1 });
    await manager.set(B, {});
    await manager.writeMany(writes, { requestId: 'r' });
    await manager.set(B, {}, { requestId: 'another' });
    expect(await failure(manager.writeMany(writes, { requestId: 'r' }))).toMatchObject({ applied: 'YES', write: 1 });
  });

  test('of which the answer was lost is found to be done', async () => {
    const { here, there } = two();
    await here.manager.set(B, {});
    here.line.once('commitAll', async (proceed) => {
      await proceed();
      throw new StoreUnavailableError();
    });
    await failure(here.manager.writeMany(writes, { requestId: 'r' }));
    expect(await there.manager.writeMany(writes, { requestId: 'r' })).toMatchObject([
      { context: { version: 1 } },
      { kind: 'deleted' },
    ]);
  });
});

describe('Writes that are one, among others,', () => {
  test('are decided anew where another process has overtaken one of them', async () => {
    const { here, there } = two({ cacheBytes: 100_000 });
    await here.manager.set(A, { n: 1 });
    await here.manager.set(B, { n: 1 });
    await there.manager.update(B, { theirs: true });
    const update = (id: string): ContextWrite => ({ verb: 'update', id, changes: { ours: true } });
    expect(await here.manager.writeMany([update(A), update(B)])).toMatchObject([
      { context: { version: 2 } },
      { context: { version: 3, context: { theirs: true, ours: true } } },
    ]);
  });

  test('are refused only for what stood once they had come in', async () => {
    const { here, there } = two({ cacheBytes: 100_000 });
    await here.manager.set(A, { n: 1 });
    await there.manager.set(A, { n: 2 });
    const writes: ContextWrite[] = [{ verb: 'patch', id: A, patch: [{ op: 'test', path: '/n', value: 2 }] }, set(B)];
    expect(await here.manager.writeMany(writes)).toMatchObject([
      { context: { version: 2 } },
      { context: { version: 1 } },
    ]);
  });

  test('keep the order in which they were asked for', async () => {
    const { manager } = alone({ cacheBytes: 100_000 });
    await manager.set(A, { log: [] });
    await manager.set(B, { log: [] });
    const append = (n: number) => [{ op: 'add', path: '/log/-', value: n }];
    const both = (n: number) => manager.writeMany([A, B].map((id) => ({ verb: 'patch', id, patch: append(n) })));
    await Promise.all([
      both(1),
      manager.patch(A, append(2)),
      manager.patch(B, append(2)),
      both(3),
      manager.patch(B, append(4)),
      manager.patch(B, append(5)),
    ]);
    expect(await manager.get(A)).toMatchObject({ version: 4, context: { log: [1, 2, 3] } });
    expect(await manager.get(B)).toMatchObject({ version: 6, context: { log: [1, 2, 3, 4, 5] } });
  });

  test('wait for what is under way in any of them, and leave the next write nothing to look up', async () => {
    const { manager, line } = alone({ cacheBytes: 100_000 });
    for (const id of [A, B]) await manager.set(id, { log: [] });
    const append = (n: number) => [{ op: 'add', path: '/log/-', value: n }];
    const gate = new Gate();
    gate.shut();
    line.once('commit', async (proceed) => {
      await gate.pass();
      return proceed();
    });
    line.count();
    const before = manager.patch(B, append(1));
    const both = manager.writeMany([A, B].map((id) => ({ verb: 'patch', id, patch: append(2) })));
    await new Promise((resolve) => setImmediate(resolve));
    expect(line.count()).toEqual({ commit: 1 });
    gate.open();
    await Promise.all([before, both]);
    expect(line.count()).toEqual({ commitAll: 1 });
    expect(await manager.get(B)).toMatchObject({ context: { log: [1, 2] } });
    line.count();
    await Promise.all([A, B].map((id) => manager.patch(id, append(3))));
    expect(line.count()).toEqual({ commit: 2 });
  });

  test('leave no writer behind that keeps what it saw', async () => {
    const { manager, line } = alone({ cacheBytes: 0 });
    await manager.writeMany([set(A, { n: 1 }), set(B)]);
    await failure(manager.writeMany([{ ...set(A), expectedVersion: 5 }]));
    line.count();
    await manager.update(A, { n: 2 });
    expect(line.count()).toEqual({ read: 1, commit: 1 });
  });

  test.each([0, 100_000])('move what they move and lose nothing, with %i bytes of cache', async (cacheBytes) => {
    const { here, there } = two({ cacheBytes });
    const ids = [A, B, C];
    for (const id of ids) await here.manager.set(id, { balance: 100 });
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
    for (const { line } of [here, there]) {
      line.pass = async (_, proceed) => {
        await turn();
        const answer = await proceed();
        await turn();
        return answer;
      };
    }
    let conflicts = 0;
    const transfer = async (n: number): Promise<void> => {
      const { manager } = n % 2 ? here : there;
      const [from = A, to = B] = [ids[n % 3], ids[(n + 1 + (n % 2)) % 3]];
      for (;;) {
        const [source, target] = await Promise.all([manager.get(from), manager.get(to)]);
        const move = (one: typeof source, id: string, amount: number): ContextWrite => ({
          verb: 'update',
          id,
          changes: { balance: Number(one?.context['balance']) + amount, [`transfer ${n}`]: amount },
          expectedCursor: String(one?.cursor),
        });
        try {
          await manager.writeMany([move(source, from, -n), move(target, to, n)]);
          return;
        } catch (error) {
          expect(error).toMatchObject({ code: 'VERSION_CONFLICT', applied: 'NO' });
          conflicts += 1;
        }
      }
    };
    const alone = Array.from({ length: 30 }, (_, n) => there.manager.update(ids[n % 3] ?? A, { [`alone ${n}`]: true }));
    await Promise.all([...alone, ...Array.from({ length: 40 }, (_, n) => transfer(n))]);
    expect(conflicts).toBeGreaterThan(0);
    const ends = await Promise.all(ids.map((id) => here.manager.get(id)));
    const entries = ends.flatMap((one) => Object.entries(one?.context ?? {}));
    const sum = (all: typeof entries) => all.reduce((total, [, value]) => total + Number(value), 0);
    expect(sum(entries.filter(([key]) => key === 'balance'))).toBe(300);
    for (const one of ends) {
      const moved = Object.entries(one?.context ?? {}).filter(([key]) => key.startsWith('transfer'));
      expect(one?.context['balance']).toBe(100 + sum(moved));
    }
    for (let n = 0; n < 40; n += 1) expect(entries.filter(([key]) => key === `transfer ${n}`)).toHaveLength(2);
    expect(entries.filter(([key]) => key.startsWith('alone'))).toHaveLength(30);
    const versions = ends.reduce((total, one) => total + (one?.version ?? 0), 0);
    expect(versions).toBe(3 + 30 + 2 * 40);
  });
});
