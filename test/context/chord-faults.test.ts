import { describe, expect, test } from 'vitest';
import { createServer } from '../../src/server/create-server.ts';
import type { Log } from '../../src/server/log.ts';
import { alone, failure, two } from './processes.ts';

describe("faults of Chord's that are none of ours", () => {
  test.each([
    ['before', 1],
    ['after', 2],
  ])('Chord fault 2: a crash just %s a commit leaves no version without its delta', async (when, version) => {
    const { here, there } = two();
    await here.manager.set('x', { n: 1 });
    here.line.count();
    here.line.once('commit', async (proceed) => {
      if (when === 'after') await proceed();
      throw new Error('The process is gone.');
    });
    expect(await failure(here.manager.update('x', { n: 2 }))).toMatchObject({ applied: 'UNKNOWN' });
    expect(here.line.count().commit).toBe(1);
    expect(await there.manager.get('x')).toMatchObject({ version, context: { n: version } });
    expect(await there.manager.sync('x', { version: 1 })).toMatchObject({
      kind: version === 1 ? 'noChange' : 'delta',
      version,
    });
    await there.manager.update('x', { m: 1 });
    expect(await there.manager.sync('x', { version: 1 })).toMatchObject({ fromVersion: 1, version: version + 1 });
  });

  test('Chord fault 3: whoever the window has passed gets the whole context, never the deltas that are left', async () => {
    const { manager, store } = alone({ deltaThreshold: 3 });
    for (let n = 1; n <= 6; n += 1) await manager.set('x', { n, [`key ${n}`]: n });
    const { version, context } = (await manager.get('x'))!;
    expect(version).toBe(6);
    for (const behind of [1, 2]) {
      expect(await manager.sync('x', { version: behind })).toMatchObject({
        kind: 'full',
        reason: 'WINDOW_PASSED',
        context,
      });
    }
    expect(await manager.sync('x', { version: 3 })).toMatchObject({ kind: 'delta', fromVersion: 3, version });
    await store.trim({ until: Number.MAX_SAFE_INTEGER, limit: 1 });
    expect(await manager.sync('x', { version: 5 })).toMatchObject({ kind: 'full', reason: 'WINDOW_PASSED', context });
  });

  test('Chord fault 4: of more deltas than are kept the newest stay', async () => {
    const { manager, store } = alone({ deltaThreshold: 2 });
    for (let n = 1; n <= 5; n += 1) await manager.set('x', { n });
    expect((await store.readLog('x', 0)).entries.map(({ version }) => version)).toEqual([4, 5]);
    expect(await manager.sync('x', { version: 3 })).toMatchObject({ kind: 'delta', fromVersion: 3, version: 5 });
  });

  test('Chord fault 11: sync asks the configured formatter', async () => {
    const server = createServer({ deltaFormatter: (changes, meta) => ({ ...meta, count: changes.length }) });
    await server.manager.set('x', { n: 1 });
    await server.manager.update('x', { n: 2, m: 1 });
    expect(await answer(server, '{ sync(id: "x", version: 1) { ... on Delta { delta } } }')).toMatchObject({
      data: { sync: { delta: { contextId: 'x', fromVersion: 1, version: 2, count: 2 } } },
    });
    await server.close();
  });

  test('Chord fault 12: the log never holds data of a context, also where everything fails with it', async () => {
    const secret = 'the secret of this context';
    const lines: string[] = [];
    const log: Log = { info: (line) => lines.push(line), error: (line) => lines.push(line) };
    const leak = (): never => {
      throw new Error(`It was ${secret}.`, { cause: new TypeError(secret) });
    };
    const server = createServer({ log, deltaFormatter: leak, exportContext: leak, restoreContext: leak });
    await server.manager.set('x', { [secret]: secret });
    const answers = [
      await answer(server, '{ sync(id: "x", version: 1) { __typename } }'),
      await answer(server, `mutation { updateContext(id: "x", changes: { n: "${secret}" }) { delta { delta } } }`),
      await answer(server, 'mutation { exportContext(id: "x") { version } }'),
      await answer(server, 'mutation { restoreContext(id: "x", force: true) { version } }'),
    ];
    await server.close();
    expect(lines).not.toEqual([]);
    expect(lines.join('\n')).not.toContain(secret);
    expect(JSON.stringify(answers)).not.toContain(secret);
    expect(answers.map((each) => each.errors?.[0]?.extensions?.code)).toEqual([
      undefined,
      'INTERNAL_SERVER_ERROR',
      'EXPORT_FAILED',
      'RESTORE_FAILED',
    ]);
  });
});

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

async function answer(server: ReturnType<typeof createServer>, query: string): Promise<Answer> {
  const response = await server.fetch(
    new Request('http://127.0.0.1/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    }),
  );
  return (await response.json()) as Answer;
}
