import { describe, expect, it } from 'vitest';
import { emptyReplica, follow, type Replica, type ReplicaEvent } from '../../../src/client/replica.ts';
import { partOf } from '../../../src/delta/part.ts';
import { transports } from '../../helpers/transports.ts';

const PART = `subscription ($id: ID!, $path: [String!]!, $version: Version, $cursor: Cursor) {
  told: contextPartChanged(id: $id, path: $path, version: $version, cursor: $cursor) {
    __typename ... on Versioned { life version cursor }
    ... on ContextPart { path context reason }
    ... on Delta { fromVersion changes { path action value oldValue } }
  }
}`;

const WHOLE = `subscription ($id: ID!) {
  told: contextChanged(id: $id, version: 0) {
    __typename ... on FullContext { context } ... on Delta { changes { path } }
  }
}`;

describe.each(transports)('A subscription to a path, over $name', ({ open }) => {
  it('is told of that alone, every version of it, and of the whole only by those who ask for the whole', async () => {
    const { client, server } = await open();
    const { manager } = server;
    await manager.set('a', { room: { topic: 'tea', secret: 1 }, other: { n: 0 } });
    const path = ['room', 'topic'];
    const watch = () => client.subscribe<{ told: ReplicaEvent }>(PART, { id: 'a', version: 0, path });
    const [part, same] = [watch(), watch()];
    const whole = client.subscribe<{ told: ReplicaEvent }>(WHOLE, { id: 'a' });
    let copy: Replica = emptyReplica;
    const next = async (): Promise<ReplicaEvent> => {
      const event = (await part.next()).value.data.told;
      expect((await same.next()).value.data.told).toEqual(event);
      copy = follow(copy, event);
      const now = await manager.get('a');
      if (now) expect(copy).toMatchObject({ status: 'live', version: now.version, context: partOf(now.context, path) });
      return event;
    };
    expect(await next()).toMatchObject({
      __typename: 'ContextPart',
      version: 1,
      path,
      context: { room: { topic: 'tea' } },
    });
    expect((await whole.next()).value.data.told).toMatchObject({
      __typename: 'FullContext',
      context: { other: { n: 0 } },
    });
    await manager.update('a', { other: { n: 1 }, room: { secret: 2 } });
    expect(await next()).toMatchObject({ __typename: 'Delta', fromVersion: 1, version: 2, changes: [] });
    expect((await whole.next()).value.data.told.changes).toHaveLength(2);
    await manager.update('a', { room: { topic: 'cake' } });
    expect(await next()).toMatchObject({
      version: 3,
      changes: [{ path, action: 'MODIFIED', value: 'cake', oldValue: 'tea' }],
    });
    await manager.update('a', {}, { remove: [['room']] });
    expect(await next()).toMatchObject({
      version: 4,
      changes: [{ path: ['room'], action: 'REMOVED', oldValue: { topic: 'cake' } }],
    });
    await manager.update('a', { room: { topic: 'pie' } });
    await next();
    await manager.delete('a');
    expect(await next()).toMatchObject({ __typename: 'ContextDeleted', version: 5 });
    for (const results of [part, same, whole]) await results.return?.();
  });

  it('goes on from a cursor', async () => {
    const { client, server } = await open();
    const { context } = await server.manager.set('a', { x: 1, y: 1 });
    await server.manager.set('a', { x: 2, y: 2 });
    const results = client.subscribe<{ told: ReplicaEvent }>(PART, {
      id: 'a',
      path: ['y'],
      cursor: context.cursor,
    });
    expect((await results.next()).value.data.told).toMatchObject({
      fromVersion: 1,
      changes: [{ path: ['y'], value: 2 }],
    });
    await results.return?.();
  });
});
