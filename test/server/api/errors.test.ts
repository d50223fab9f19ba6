import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../src/errors.ts';
import { MemoryFeed } from '../../../src/feed/memory-feed.ts';
import { MemoryStore } from '../../../src/store/memory-store.ts';
import { Api } from '../../helpers/api.ts';
import type { AppOptions } from '../../helpers/app.ts';
import { eventually } from '../../helpers/eventually.ts';
import { contextChanged, deleteContext, readContext, setContext, syncContext } from '../../helpers/operations.ts';
import { transports } from '../../helpers/transports.ts';

const SECRET = 'hunter2 at redis://db.internal:6379';

type Verb = 'read' | 'readLog' | 'commit' | 'list' | 'findReceipt';

/** A memory store in which verbs fail as long as they are told to. */
function failing(faults: { [V in Verb]?: () => unknown }): AppOptions {
  const feed = new MemoryFeed();
  return {
    feed,
    store: ({ tell: _, ...options }) =>
      new Proxy(new MemoryStore({ ...options, tell: feed.tell }), {
        get(store, verb) {
          const fault = faults[verb as Verb];
          if (fault) return async () => Promise.reject(fault());
          const value: unknown = Reflect.get(store, verb);
          return typeof value === 'function' ? value.bind(store) : value;
        },
      }),
  };
}

function secretError(): Error {
  // A line of a message may look like one of a stack.
  const message = `${SECRET}\n    at ${SECRET}`;
  return Object.assign(new TypeError(message), { cause: new Error(message), detail: SECRET });
}

describe.each(transports)('An unexpected error over $name', ({ open }) => {
  it('of a read is masked, and logged once', async () => {
    const { client, logged } = await open(failing({ read: secretError, readLog: secretError, list: secretError }));
    const masked = { errors: [{ message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] };
    const answers = [
      await client.run(readContext, { id: 'a' }),
      await client.run(syncContext, { id: 'a' }),
      await client.run('{ contexts { nodes { contextId } } }', {}),
    ];
    for (const answer of answers) expect(answer).toMatchObject(masked);
    expect(JSON.stringify(answers)).not.toMatch(/hunter2|node_modules|\/src\/| at /);
    expect(logged).toHaveLength(3);
    for (const line of logged) expect(line).toMatch(/^Unexpected: TypeError < Error\n\s+at /);
    expect(logged.join()).not.toContain('hunter2');
  });

  it('of a write says besides what is known of the write', async () => {
    const faults: Parameters<typeof failing>[0] = { read: secretError };
    const { client, logged } = await open(failing(faults));
    const api = new Api(client);
    const before = await api.failure(setContext, { id: 'a', context: { x: SECRET } });
    expect(before).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', details: { applied: 'NO' } });
    delete faults.read;
    faults.commit = secretError;
    const during = await api.failure(setContext, { id: 'a', context: { x: SECRET } });
    expect(during).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', details: { applied: 'UNKNOWN' } });
    expect(logged).toHaveLength(2);
    expect(JSON.stringify([before, during, logged])).not.toContain('hunter2');
  });

  it('is logged once for each operation that it ends', async () => {
    const { client, logged } = await open(failing({ commit: secretError }));
    const writes = Array.from({ length: 5 }, (_, i) => client.run(setContext, { id: 'a', context: { i } }));
    for (const { errors } of await Promise.all(writes)) expect(errors).toHaveLength(1);
    expect(logged).toHaveLength(5);
  });

  it('is masked whatever is thrown', async () => {
    const thrown = [SECRET, null, undefined, { message: SECRET, extensions: { code: SECRET } }, [SECRET]];
    for (const value of thrown) {
      const { client, logged } = await open(failing({ read: () => value }));
      const failure = await new Api(client).failure(readContext, { id: 'a' });
      expect(failure).toEqual({ message: 'Unexpected error.', code: 'INTERNAL_SERVER_ERROR', details: {} });
      expect(logged).toHaveLength(1);
      expect(logged[0]).not.toContain('hunter2');
    }
  });

  it('under a subscription is logged, and the subscription tries again by itself', async () => {
    const faults: Parameters<typeof failing>[0] = {};
    const { client, logged } = await open({ ...failing(faults), heartbeatMs: 2 });
    const api = new Api(client);
    const { context } = await api.set('a', { x: 1 });
    faults.readLog = secretError;
    const watch = api.watch('a', { cursor: context.cursor });
    const event = watch.next();
    await eventually(() => expect(logged.length).toBeGreaterThan(1));
    delete faults.readLog;
    const { delta } = await api.update('a', { x: 2 });
    expect(await event).toEqual(delta);
    expect(logged[0]).toMatch(/^A subscription will try again: TypeError < Error/);
    expect(logged.join()).not.toContain('hunter2');
  });

  it('of a formatter fails the field alone, on a write and on each event', async () => {
    const { client, logged } = await open({
      deltaFormatter: () => {
        throw secretError();
      },
    });
    const masked = [{ message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }];
    const written = await client.run(setContext, { id: 'a', context: { x: 1 } });
    expect(written).toMatchObject({ data: { setContext: { context: { version: 1 }, delta: null } }, errors: masked });
    expect(logged).toHaveLength(1);
    const events = client.subscribe(contextChanged, { id: 'a', version: 1 });
    for (let n = 2; n <= 3; n += 1) {
      await client.run('mutation ($n: JSONObject!) { updateContext(id: "a", changes: $n) { context { version } } }', {
        n: { n },
      });
      expect((await events.next()).value).toMatchObject({ errors: masked });
      expect(logged).toHaveLength(n);
    }
    expect(logged.join()).not.toContain('hunter2');
  });
});

describe.each(transports)('A store that is not available over $name', ({ open }) => {
  it('is told as such, with what is known of a write', async () => {
    const faults: Parameters<typeof failing>[0] = { read: () => new StoreUnavailableError() };
    const { client } = await open(failing(faults));
    const api = new Api(client);
    const read = await api.failure(readContext, { id: 'a' });
    expect(read).toEqual({ message: 'The store is not available.', code: 'STORE_UNAVAILABLE', details: {} });
    const write = { id: 'a', context: {} };
    expect(await api.failure(setContext, write)).toMatchObject({ code: read.code, details: { applied: 'NO' } });
    delete faults.read;
    faults.commit = () => new StoreUnavailableError({ applied: 'NO' });
    expect(await api.failure(setContext, write)).toMatchObject({ code: read.code, details: { applied: 'NO' } });
    faults.commit = () => new StoreUnavailableError({ cause: secretError() });
    const unknown = await api.failure(setContext, write);
    expect(unknown).toEqual({ ...read, details: { applied: 'UNKNOWN' } });
    delete faults.commit;
    await api.set('a', {});
    faults.commit = () => new StoreUnavailableError();
    expect(await api.failure(deleteContext, { id: 'a' })).toEqual(unknown);
  });
});
