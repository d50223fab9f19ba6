import { describe, expect, it } from 'vitest';
import { Api } from '../../helpers/api.ts';
import { deleteContext, setContext, updateContext } from '../../helpers/operations.ts';
import { transports } from '../../helpers/transports.ts';

describe.each(transports)('A write repeated with its request id over $name', ({ open }) => {
  it('counts once and returns its first outcome', async () => {
    const api = new Api((await open()).client);
    const first = await api.set('a', { x: 1 }, { requestId: 'r1' });
    expect(await api.set('a', { x: 1 }, { requestId: 'r1' })).toEqual(first);
    const update = await api.update('a', { y: 2 }, { remove: [['x']], requestId: 'r2' });
    expect(await api.update('a', { y: 2 }, { remove: [['x']], requestId: 'r2' })).toEqual(update);
    expect((await api.read('a'))?.version).toBe(2);
  });

  it('returns its own delta, and the context as it stands by now', async () => {
    const api = new Api((await open()).client);
    await api.set('a', { n: 1 });
    const { delta } = await api.update('a', { n: 2 }, { requestId: 'r' });
    const { context } = await api.update('a', { n: 3 });
    expect(await api.update('a', { n: 2 }, { requestId: 'r' })).toEqual({ context, delta });
  });

  it('returns no delta any more once the window has passed it', async () => {
    const api = new Api((await open({ deltaThreshold: 2 })).client);
    await api.set('a', { n: 0 }, { requestId: 'r' });
    for (let n = 1; n <= 3; n += 1) await api.update('a', { n });
    const { context, delta } = await api.set('a', { n: 0 }, { requestId: 'r' });
    expect(context).toMatchObject({ version: 4, context: { n: 3 } });
    expect(delta).toBeNull();
  });

  it('does nothing again where it did nothing first', async () => {
    const api = new Api((await open()).client);
    await api.set('a', { x: 1 });
    expect((await api.set('a', { x: 1 }, { requestId: 'r' })).delta).toBeNull();
    const { context } = await api.set('a', { x: 2 });
    expect(await api.set('a', { x: 1 }, { requestId: 'r' })).toEqual({ context, delta: null });
  });

  it('is found done although its condition holds no more', async () => {
    const api = new Api((await open()).client);
    const first = await api.set('a', { x: 1 }, { expectedVersion: 0, requestId: 'r' });
    expect(await api.set('a', { x: 1 }, { expectedVersion: 0, requestId: 'r' })).toEqual(first);
  });

  it('deletes once', async () => {
    const api = new Api((await open()).client);
    await api.set('a', { x: 1 });
    const deleted = await api.delete('a', { requestId: 'r' });
    expect(await api.delete('a', { requestId: 'r' })).toEqual(deleted);
    const { context } = await api.set('a', { x: 2 });
    expect(await api.delete('a', { requestId: 'r' })).toEqual(deleted);
    expect(await api.read('a')).toEqual(context);
  });

  it('says that it was applied where its context has been deleted since', async () => {
    const api = new Api((await open()).client);
    await api.set('a', { x: 1 }, { requestId: 'r' });
    await api.delete('a');
    expect(await api.failure(setContext, { id: 'a', context: { x: 1 }, requestId: 'r' })).toMatchObject({
      code: 'CONTEXT_NOT_FOUND',
      details: { applied: 'YES', contextId: 'a' },
    });
  });

  it('is refused with other arguments', async () => {
    const api = new Api((await open()).client);
    const { context } = await api.set('a', { x: 1, y: 2 }, { requestId: 'r' });
    const id = { id: 'a', requestId: 'r' };
    const refused = { code: 'BAD_USER_INPUT', details: { applied: 'NO' } };
    expect(await api.failure(setContext, { ...id, context: { x: 2 } })).toMatchObject(refused);
    expect(await api.failure(setContext, { ...id, context: { x: 1, y: 2 }, expectedVersion: 1 })).toMatchObject(
      refused,
    );
    expect(await api.failure(updateContext, { ...id, changes: { x: 1, y: 2 } })).toMatchObject(refused);
    expect(await api.failure(deleteContext, id)).toMatchObject(refused);
    // The order of keys is no other argument.
    expect((await api.set('a', { y: 2, x: 1 }, { requestId: 'r' })).context).toEqual(context);
  });

  it('is another write under another context id', async () => {
    const api = new Api((await open()).client);
    await api.set('a', { x: 1 }, { requestId: 'r' });
    expect((await api.set('b', { y: 1 }, { requestId: 'r' })).context).toMatchObject({ contextId: 'b', version: 1 });
  });

  it('counts once too when it is sent many times at once', async () => {
    const api = new Api((await open()).client);
    await api.set('a', { n: 0 });
    const sent = Array.from({ length: 50 }, (_, i) =>
      api.update('a', { n: 1 + (i % 10) }, { requestId: `r${i % 10}` }),
    );
    const outcomes = await Promise.all(sent);
    for (const [i, { delta }] of outcomes.entries()) expect(delta).toEqual(outcomes[i % 10]?.delta);
    expect((await api.read('a'))?.version).toBe(11);
  });

  it('has a request id of 1 to 256 bytes', async () => {
    const api = new Api((await open()).client);
    await api.set('a', {}, { requestId: 'é'.repeat(128) });
    for (const requestId of ['', 'x'.repeat(257), 'é'.repeat(129)]) {
      const failure = await api.failure(setContext, { id: 'b', context: {}, requestId });
      expect(failure).toMatchObject({ code: 'BAD_USER_INPUT', details: { applied: 'NO' } });
    }
    expect(await api.read('b')).toBeNull();
  });
});
