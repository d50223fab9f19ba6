import { describe, expect, it } from 'vitest';
import { createServer } from '../../../src/server/create-server.ts';
import { makeApp } from '../../helpers/app.ts';
import { transports } from '../../helpers/transports.ts';

const schemas = [
  {
    in: 'room:*',
    schema: { type: 'object', required: ['topic'], properties: { topic: { type: 'string' }, n: { type: 'integer' } } },
  },
];
const refused = { code: 'SCHEMA_VIOLATION', applied: 'NO', path: ['topic'] };

describe.each(transports)('A context with a schema, over $name', ({ open }) => {
  it.each([
    ['setContext(id: "room:1", context: {})', 'required'],
    ['setContext(id: "room:2", context: { topic: 1 })', 'type'],
    ['updateContext(id: "room:1", changes: { topic: null })', 'type'],
    ['updateContext(id: "room:1", changes: {}, remove: [["topic"]])', 'required'],
    ['patchContext(id: "room:1", patch: [{ op: "remove", path: "/topic" }])', 'required'],
  ])('refuses %s, by path and rule', async (field, rule) => {
    const { client, server } = await open({ schemas });
    await server.manager.set('room:1', { topic: 'tea' });
    const { errors } = await client.run(`mutation { ${field} { __typename } }`, {});
    expect(errors).toMatchObject([{ extensions: { ...refused, rule } }]);
    expect(await server.manager.get('room:1')).toMatchObject({ version: 1, context: { topic: 'tea' } });
    expect(await server.manager.get('room:2')).toBeNull();
  });
});

describe('Schemas', () => {
  it('hold for what is restored and reverted, and for nothing else', async () => {
    const { manager } = makeApp({ schemas, restoreContext: async () => ({ context: {}, version: 3 }) }).server;
    await expect(manager.restore('room:1')).rejects.toMatchObject(refused);
    expect((await manager.restore('hall:1')).version).toBe(3);
    await manager.set('room:1', { topic: 'tea' });
    await manager.set('room:1', { topic: 'cake' });
    expect((await manager.revert('room:1', 1)).context.context).toEqual({ topic: 'tea' });
    await manager.delete('room:1');
  });

  it('leave the other writes of a group alone', async () => {
    const { manager } = makeApp({ schemas }).server;
    await manager.set('room:1', { topic: 'tea' });
    const writes = [{ n: 1 }, { n: 'two' }, { n: 3 }].map((changes) => manager.update('room:1', changes));
    const done = await Promise.allSettled(writes);
    expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await manager.get('room:1')).toMatchObject({ version: 3, context: { topic: 'tea', n: 3 } });
  });

  it('that are none keep a server from being made', () => {
    expect(() => createServer({ schemas: [{ in: 'a', schema: { type: 'objekt' } }] })).toThrow(/schemas\[0\]\.schema/);
  });
});
