import { describe, expect, it } from 'vitest';
import { Api, type Event } from '../../helpers/api.ts';
import { eventually } from '../../helpers/eventually.ts';
import { contextChanged } from '../../helpers/operations.ts';
import { transports } from '../../helpers/transports.ts';

describe.each(transports)('Subscribing over $name', ({ open }) => {
  it('sends every change after its start, in order, each once, where no position is given', async () => {
    const { client, feed } = await open();
    const api = new Api(client);
    await api.set('a', { n: 0 });
    const watch = api.watch('a');
    const first = watch.next();
    // There is no word for "now subscribed": write until one change was made after the start.
    await eventually(() => expect(feed.size).toBe(1));
    let event: Event | undefined;
    void first.then((told) => {
      event = told;
    });
    await eventually(async () => {
      await api.update('a', { n: (await api.read('a'))?.version });
      expect(event).toBeDefined();
    });
    let last = await first;
    expect(last.__typename).toBe('Delta');
    const { context } = await api.update('a', { done: true });
    while (last.version < context.version) {
      const next = await watch.next();
      expect(next).toMatchObject({ __typename: 'Delta', life: last.life, fromVersion: last.version });
      last = next;
    }
    expect(last.cursor).toBe(context.cursor);
  });

  it('catches up with one delta from a cursor or a version, then sends each change', async () => {
    const api = new Api((await open()).client);
    const first = await api.set('a', { x: 1 });
    await api.update('a', { y: 1 });
    await api.update('a', { z: 1 });
    const byCursor = api.watch('a', { cursor: first.context.cursor });
    const byVersion = api.watch('a', { version: 1 });
    for (const watch of [byCursor, byVersion]) {
      const caughtUp = await watch.next();
      expect(caughtUp).toMatchObject({ __typename: 'Delta', fromVersion: 1, version: 3 });
      expect(caughtUp).toEqual(await api.sync('a', { version: 1 }));
    }
    const { delta } = await api.update('a', { x: 2 });
    expect(await byCursor.next()).toEqual(delta);
    expect(await byVersion.next()).toEqual(delta);
  });

  it('starts with the next change where the position is current', async () => {
    const api = new Api((await open()).client);
    const { context } = await api.set('a', { x: 1 });
    const watches = [
      api.watch('a', { cursor: context.cursor }),
      api.watch('a', { version: 1 }),
      api.watch('a', { version: 1, cursor: context.cursor }),
    ];
    const events = watches.map((watch) => watch.next());
    const { delta } = await api.update('a', { x: 2 });
    expect(await Promise.all(events)).toEqual([delta, delta, delta]);
  });

  it('starts with the whole context for version 0, and for positions that are not proven', async () => {
    const api = new Api((await open({ deltaThreshold: 2 })).client);
    const first = await api.set('a', { n: 1 });
    for (let n = 2; n <= 5; n += 1) await api.update('a', { n });
    const context = await api.read('a');
    const starts = [
      [{ version: 0 }, 'INITIAL'],
      [{ version: 1 }, 'WINDOW_PASSED'],
      [{ cursor: first.context.cursor }, 'WINDOW_PASSED'],
      [{ version: 9 }, 'POSITION_UNKNOWN'],
    ] as const;
    for (const [position, reason] of starts) {
      expect(await api.watch('a', position).next()).toEqual({ ...context, reason });
    }
  });

  it('waits for a context that does not exist yet, with version 0 and without a position', async () => {
    const { client, feed } = await open();
    const api = new Api(client);
    const fromNothing = api.watch('a', { version: 0 });
    const fromNow = api.watch('b');
    const events = [fromNothing.next(), fromNow.next()];
    await eventually(() => expect(feed.size).toBe(2));
    const a = await api.set('a', { x: 1 });
    expect(await events[0]).toEqual({ ...a.context, reason: 'INITIAL' });
    await eventually(async () => {
      const { context } = await api.set('b', { x: 1 });
      expect(context.version).toBe(1);
    });
    expect(await events[1]).toMatchObject({ __typename: 'FullContext', version: 1, context: { x: 1 } });
  });

  it('tells of a deletion, goes on, and starts the next life with the whole context', async () => {
    const api = new Api((await open()).client);
    const first = await api.set('a', { x: 1 });
    const watch = api.watch('a', { cursor: first.context.cursor });
    const second = await api.update('a', { x: 2 });
    expect(await watch.next()).toEqual(second.delta);
    const deleted = await api.delete('a');
    expect(await watch.next()).toEqual(deleted);
    const next = await api.set('a', { y: 1 });
    expect(await watch.next()).toEqual({ ...next.context, reason: 'NEW_LIFE' });
    const last = await api.update('a', { y: 2 });
    expect(await watch.next()).toEqual(last.delta);
  });

  it('starts with the deletion where the position is of a context that is gone', async () => {
    const api = new Api((await open()).client);
    const { context } = await api.set('a', { x: 1 });
    const deleted = await api.delete('a');
    const byCursor = api.watch('a', { cursor: context.cursor });
    const byVersion = api.watch('a', { version: 1 });
    expect(await byCursor.next()).toEqual(deleted);
    expect(await byVersion.next()).toEqual(deleted);
    const next = await api.set('a', { x: 2 });
    expect(await byCursor.next()).toEqual({ ...next.context, reason: 'NEW_LIFE' });
  });

  it("says nothing of the deletion to the tombstone's own cursor, nor to version 0", async () => {
    const { client, feed } = await open();
    const api = new Api(client);
    await api.set('a', { x: 1 });
    const { cursor } = await api.delete('a');
    const knowing = api.watch('a', { cursor }).next();
    const holdingNothing = api.watch('a', { version: 0 }).next();
    await eventually(() => expect(feed.size).toBe(1));
    const { context } = await api.set('a', { x: 2 });
    expect(await knowing).toEqual({ ...context, reason: 'NEW_LIFE' });
    expect(await holdingNothing).toMatchObject({ __typename: 'FullContext', cursor: context.cursor });
  });

  it('says that a context is lost where there is no trace of it', async () => {
    const api = new Api((await open()).client);
    const { context } = await api.set('elsewhere', { x: 1 });
    const byCursor = await api.watch('a', { cursor: context.cursor }).next();
    expect(byCursor).toMatchObject({ __typename: 'ContextDeleted', endReason: 'LOST', version: 1, life: context.life });
    const byVersion = await api.watch('a', { version: 7 }).next();
    expect(byVersion).toMatchObject({ __typename: 'ContextDeleted', contextId: 'a', endReason: 'LOST', version: 7 });
  });

  it('says nothing of a write that changed nothing', async () => {
    const api = new Api((await open()).client);
    const { context } = await api.set('a', { x: 1 });
    const watch = api.watch('a', { cursor: context.cursor });
    await api.set('a', { x: 1 });
    await api.update('a', {}, { requestId: 'r' });
    const { delta } = await api.update('a', { x: 2 });
    expect(await watch.next()).toEqual(delta);
  });

  it('goes on from the cursor of any event, with nothing missed or doubled', async () => {
    const api = new Api((await open()).client);
    let { cursor } = (await api.set('a', { n: 0 })).context;
    for (let n = 1; n <= 5; n += 1) {
      const watch = api.watch('a', { cursor });
      const { delta } = await api.update('a', { n });
      const event = await watch.next();
      expect(event).toEqual(delta);
      await watch.leave();
      cursor = event.cursor;
    }
  });

  it('keeps contexts apart', async () => {
    const api = new Api((await open()).client);
    const a = await api.set('a', { n: 0 });
    const b = await api.set('b', { n: 0 });
    const watchA = api.watch('a', { cursor: a.context.cursor });
    const watchB = api.watch('b', { cursor: b.context.cursor });
    const changedB = await api.update('b', { n: 1 });
    const changedA = await api.update('a', { n: 1 });
    expect(await watchA.next()).toEqual(changedA.delta);
    expect(await watchB.next()).toEqual(changedB.delta);
  });

  it('refuses a position that is none before anything starts', async () => {
    const { client, feed } = await open();
    const api = new Api(client);
    const { cursor } = (await api.set('a', {})).context;
    for (const position of [{ cursor: 'not one' }, { cursor, version: 2 }]) {
      const watch = client.subscribe(contextChanged, { id: 'a', ...position });
      expect((await watch.next()).value).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
      expect(await watch.next()).toMatchObject({ done: true });
    }
    expect(await api.watch('').failure()).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(feed.size).toBe(0);
  });

  it('refuses what directives leave no field, whichever way, and nothing else that has directives', async () => {
    const { client, feed, logged } = await open();
    const field = (directive = '') => `contextChanged(id: "a", version: 0) ${directive} { __typename }`;
    const on = (directive: string) => `subscription { ${field(directive)} }`;
    const inline = (directive: string, within = '') => `subscription { ... ${directive} { ${field(within)} } }`;
    const spread = (directive: string, within = '') =>
      `subscription { ...F ${directive} ...F } fragment F on Subscription { ${field(within)} }`;
    const [skip, include] = ['@skip(if: true)', '@include(if: false)'];
    for (const query of [
      on(skip),
      on(include),
      inline(skip),
      inline('', include),
      spread('', skip),
      spread(include, skip),
    ]) {
      const watch = client.subscribe(query, {});
      const { value } = await watch.next();
      expect(value, query).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
      expect(await watch.next()).toMatchObject({ done: true });
    }
    await new Api(client).set('a', {});
    for (const query of [on('@skip(if: false)'), on('@include(if: true)'), inline('@skip(if: false)'), spread(skip)]) {
      const watch = client.subscribe(query, {});
      expect(await watch.next(), query).toMatchObject({ value: { data: { contextChanged: expect.anything() } } });
      await watch.return?.();
    }
    await eventually(() => expect(feed.size).toBe(0));
    expect(logged).toEqual([]);
  });

  it('holds nothing once it is left', async () => {
    const { client, feed } = await open();
    const api = new Api(client);
    const { context } = await api.set('a', {});
    const watch = api.watch('a', { cursor: context.cursor });
    const other = api.watch('b', { version: 0 });
    void watch.next().catch(() => {});
    void other.next().catch(() => {});
    await eventually(() => expect(feed.size).toBe(2));
    await watch.leave();
    await eventually(() => expect(feed.size).toBe(1));
    await other.leave();
    await eventually(() => expect(feed.size).toBe(0));
  });
});
