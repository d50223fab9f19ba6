import { describe, expect, it } from 'vitest';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { connect, live } from './clients.ts';

describe('A request', () => {
  it('answers whatever the schema has, and what it writes shows in copies', async () => {
    const { server, address } = await startApp();
    for (const n of [1, 2]) await server.manager.set('a', { n });
    const client = connect(address.websocket);
    const watch = await live(client.watch('a'));
    expect(await client.request('{ contextAt(id: "a", version: 1) { context } }')).toEqual({
      contextAt: { context: { n: 1 } },
    });
    const revert = 'mutation ($id: ID!) { revertContext(id: $id, toVersion: 1) { context { version } } }';
    expect(await client.request(revert, { id: 'a' })).toEqual({ revertContext: { context: { version: 3 } } });
    await eventually(() => expect(watch.state).toMatchObject({ version: 3, value: { n: 1 } }));
  });

  it('rejects with what the server refuses, and after the client was closed', async () => {
    const { server, address } = await startApp();
    await server.manager.set('a', { n: 1 });
    const client = connect(address.websocket);
    const asked = client.request('{ contextAt(id: "a", version: 2) { context } }');
    await expect(asked).rejects.toMatchObject({ code: 'VERSION_NOT_RETAINED', details: { oldestVersion: 1 } });
    client.close();
    await expect(client.request('{ __typename }')).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
  });
});
