import { describe, expect, it } from 'vitest';
import type { AccessOptions } from '../../../src/access/authenticator.ts';
import type { Policy } from '../../../src/access/policy.ts';
import { systemClock } from '../../../src/clock.ts';
import { defaultLimits } from '../../../src/limits.ts';
import { AccessControl } from '../../../src/server/access/access-control.ts';
import { world } from './world.ts';

const start = { id: 'room:1', version: 0 };

function guarded(options: AccessOptions = { anonymous: {} }) {
  const it = world();
  const access = new AccessControl(options, { clock: systemClock(), limits: defaultLimits, onFailure: () => {} });
  const subscribe = (policy: Policy) =>
    it.subscribe(start, undefined, access.contextFor({ name: 'somebody', key: 'somebody', policy }, it.context));
  return { ...it, subscribe };
}

describe('subscriptions of several viewers', () => {
  it('are one for all who may read the context, whatever else they may', async () => {
    const { fanOut, manager, settle, subscribe } = guarded();
    await manager.set('room:1', { a: 1 });
    const some = [await subscribe({ read: ['*'] }), await subscribe({ read: ['room:1'], write: ['*'] })];
    await settle();
    expect(fanOut.size).toBe(1);
    expect(some.map(({ pipe }) => pipe.written.length)).toEqual([1, 1]);
    for (const { leave } of some) await leave();
  });

  it('are one for all from whom the same is hidden, in whatever order it is named', async () => {
    const { fanOut, manager, settle, subscribe } = guarded();
    await manager.set('room:1', { a: 1, b: 2, c: 3 });
    const hide = (...keys: readonly string[]) => keys.map((key) => ({ in: 'room:*', path: [key] }));
    const some = [
      await subscribe({ read: ['*'], hidden: hide('a', 'b') }),
      await subscribe({ read: ['room:*'], hidden: [...hide('b', 'a', 'b'), { in: 'hall:*', path: ['c'] }] }),
      await subscribe({ read: ['*'], hidden: hide('a') }),
      await subscribe({ read: ['*'], hidden: [{ in: 'hall:*', path: ['a'] }] }),
      await subscribe({ read: ['*'] }),
    ];
    await settle();
    expect(fanOut.size).toBe(3);
    const told = some.map(({ pipe }) => String(pipe.written[0]));
    expect(told[0]).toBe(told[1]);
    expect(told.map((text) => [...text.matchAll(/"([abc])":/g)].map(([, key]) => key).join(''))).toEqual([
      'c',
      'c',
      'bc',
      'abc',
      'abc',
    ]);
    for (const { leave } of some) await leave();
  });

  it('tell whoever falls behind what it missed without what is hidden from it', async () => {
    const { fanOut, manager, settle, subscribe } = guarded();
    await manager.set('room:1', { a: 'canary 0', b: 0 });
    const hidden = [{ in: '*', path: ['a'] }];
    const [slow, fast] = [await subscribe({ read: ['*'], hidden }), await subscribe({ read: ['*'], hidden })];
    const open = await subscribe({ read: ['*'] });
    await settle();
    expect(fanOut.size).toBe(2);
    slow.pipe.isFree = false;
    open.pipe.isFree = false;
    for (const n of [1, 2]) {
      await manager.update('room:1', { a: `canary ${n}`, b: n });
      await settle();
    }
    await manager.update('room:1', { a: 'canary 3' });
    await settle();
    slow.pipe.free();
    open.pipe.free();
    await settle();
    const last = ({ pipe }: typeof slow) => JSON.parse(String(pipe.written.at(-1))).data.contextChanged;
    expect(last(slow)).toMatchObject({
      fromVersion: 1,
      version: 4,
      changes: [{ path: ['b'], action: 'MODIFIED', value: 2, oldValue: 0 }],
    });
    expect(last(fast)).toMatchObject({ fromVersion: 3, version: 4, changes: [] });
    expect(last(open)).toMatchObject({ fromVersion: 1, version: 4 });
    expect([...slow.pipe.written, ...fast.pipe.written].join()).not.toContain('canary');
    expect(open.pipe.written.at(-1)).toContain('canary 3');
    for (const { leave } of [slow, fast, open]) await leave();
  });

  it('who may not read it never join, and are told nothing', async () => {
    const { fanOut, manager, settle, subscribe } = guarded();
    await manager.set('room:1', { a: 1 });
    const nobody = await subscribe({ read: ['hall:*'], write: ['*'] });
    expect(fanOut.size).toBe(0);
    const reader = await subscribe({ read: ['*'] });
    const another = await subscribe({});
    await manager.set('room:1', { a: 2 });
    await settle();
    expect(fanOut.size).toBe(1);
    expect([nobody, reader, another].map(({ pipe }) => pipe.written.length > 0)).toEqual([false, true, false]);
    for (const { leave } of [nobody, reader, another]) await leave();
  });

  it('run each by itself where each must be asked for again', async () => {
    const { fanOut, manager, settle, subscribe } = guarded({ anonymous: {}, authorize: () => true });
    await manager.set('room:1', { a: 1 });
    const reader = await subscribe({ read: ['*'] });
    await settle();
    expect(fanOut.size).toBe(0);
    expect(reader.pipe.written.length).toBe(1);
    await reader.leave();
  });
});
