import { describe, expect, it } from 'vitest';
import { emptyReplica, follow, type Replica, type ReplicaEvent } from '../../../src/client/replica.ts';
import { transports } from '../../helpers/transports.ts';

const message = (n: number) => ({ id: n, from: 'ada', text: `message ${n}` });
const WATCH = `subscription { told: contextChanged(id: "chat", version: 0) {
  __typename ... on Versioned { life version cursor } ... on FullContext { context } ... on Delta { fromVersion patch } } }`;

describe.each(transports)('A list that grows, over $name', ({ open }) => {
  it('is told by what was appended, inserted, changed and removed, and keeps copies equal', async () => {
    const { client, server } = await open();
    let messages: readonly object[] = Array.from({ length: 500 }, (_, n) => message(n));
    await server.manager.set('chat', { messages: messages as never });
    const results = client.subscribe<{ told: ReplicaEvent }>(WATCH, {});
    let copy: Replica = emptyReplica;
    const next = async (): Promise<{ readonly bytes: number }> => {
      const { value } = await results.next();
      copy = follow(copy, value.data.told);
      expect(copy).toMatchObject({ status: 'live', context: { messages } });
      return { bytes: JSON.stringify(value).length };
    };
    expect((await next()).bytes).toBeGreaterThan(20_000);
    const changes: readonly ((list: readonly object[]) => readonly object[])[] = [
      (list) => [...list, message(500)],
      (list) => list.toSpliced(250, 0, message(501)),
      (list) => list.with(100, { ...message(100), text: 'edited' }),
      (list) => list.toSpliced(7, 1),
      (list) => [...list.slice(1), message(502)],
    ];
    for (const change of changes) {
      messages = change(messages);
      await server.manager.update('chat', { messages: messages as never });
      expect((await next()).bytes).toBeLessThan(500);
    }
    await results.return?.();
  });
});
