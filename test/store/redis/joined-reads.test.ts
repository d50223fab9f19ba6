import { expect, test } from 'vitest';
import { JoinedReads, logAbove } from '../../../src/store/joined-reads.ts';
import type { Entry, Log } from '../../../src/store/store.ts';

const entry = (version: number): Entry => ({ fromTag: '', version, tag: `t${version}`, delta: {}, insertedAt: 0 });

/** Reads that are answered by hand. */
function opened() {
  const asked: { readonly id: string; readonly after: number; answer(upTo: number): void; fail(): void }[] = [];
  const joined = new JoinedReads<Log>(
    (id, after) =>
      new Promise<Log>((resolve, reject) => {
        asked.push({
          id,
          after,
          answer(upTo) {
            const versions = Array.from({ length: Math.max(0, upTo - after) }, (_, i) => after + 1 + i);
            resolve({ head: null, entries: versions.map(entry) });
          },
          fail: () => reject(new Error('Redis is away.')),
        });
      }),
  );
  const reads = { readLog: async (id: string, after: number) => logAbove(await joined.read(id, after), after) };
  return { asked, reads, turn: () => new Promise((resolve) => setImmediate(resolve)) };
}

const versions = (log: Log): readonly number[] => log.entries.map(({ version }) => version);

test('those who ask in one turn are one read, from the lowest version, and each gets what it asked for', async () => {
  const { asked, reads, turn } = opened();
  const logs = [3, 1, 9, 2].map((after) => reads.readLog('a', after));
  const other = reads.readLog('b', 0);
  await turn();
  expect(asked.map(({ id, after }) => [id, after])).toEqual([
    ['a', 1],
    ['b', 0],
  ]);
  for (const read of asked) read.answer(4);
  expect((await Promise.all(logs)).map(versions)).toEqual([[4], [2, 3, 4], [], [3, 4]]);
  expect(versions(await other)).toEqual([1, 2, 3, 4]);
});

test('nobody is answered by a read that began before they asked', async () => {
  const { asked, reads, turn } = opened();
  const first = reads.readLog('a', 0);
  await turn();
  const late = [reads.readLog('a', 0), reads.readLog('a', 1)];
  await turn();
  expect(asked).toHaveLength(1);
  asked[0]?.answer(1);
  expect(versions(await first)).toEqual([1]);
  await turn();
  expect(asked).toHaveLength(2);
  asked[1]?.answer(2);
  expect((await Promise.all(late)).map(versions)).toEqual([[1, 2], [2]]);
});

test('a read that fails fails those who asked for it, and nobody after', async () => {
  const { asked, reads, turn } = opened();
  const failing = [reads.readLog('a', 0), reads.readLog('a', 5)];
  await turn();
  const next = reads.readLog('a', 0);
  asked[0]?.fail();
  for (const log of failing) await expect(log).rejects.toThrow('Redis is away.');
  await turn();
  asked[1]?.answer(1);
  expect(versions(await next)).toEqual([1]);
  const fresh = reads.readLog('a', 0);
  await turn();
  asked[2]?.answer(1);
  expect(versions(await fresh)).toEqual([1]);
});
