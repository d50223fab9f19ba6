import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { Author } from '../../src/store/contract/author.ts';
import { storeContract } from '../../src/store/contract.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Commit, Snapshot } from '../../src/store/store.ts';
import { FakeClock } from '../helpers/fake-clock.ts';

describe('the memory store keeps the contract', () => {
  for (const { name, run } of storeContract) {
    test(name, () => {
      const clock = new FakeClock();
      return run({
        create: async (options) => new MemoryStore({ ...options, clock }),
        elapse: async (ms) => clock.elapse(ms),
      });
    });
  }
});

describe('the memory store keeps nothing', () => {
  /** Makes what `write` commits, and tells later which parts of it somebody still holds. */
  async function witness(write: (put: Put, author: Author) => Promise<Record<string, object>>, store: MemoryStore) {
    const author = new Author();
    const parts = await write(async (id, commit) => {
      expect(await store.commit(id, commit)).toEqual({ kind: 'committed' });
      return commit.next;
    }, author);
    const refs = Object.entries(parts).map(([name, part]) => [name, new WeakRef(part)] as const);
    return async (): Promise<readonly string[]> => {
      // Weak references hold on until the job that made them or looked at them has ended.
      await new Promise((resolve) => setImmediate(resolve));
      collect();
      return refs.filter(([, ref]) => ref.deref() !== undefined).map(([name]) => name);
    };
  }

  type Put = <S extends Snapshot>(id: string, commit: Commit & { readonly next: S }) => Promise<S>;

  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  test('of what was replaced, trimmed or deleted', async () => {
    const store = new MemoryStore({ deltaThreshold: 2 });
    const held = await witness(async (put, author) => {
      const begin = author.begin(null, { n: 1 });
      const first = await put('x', begin);
      const commit = author.advance(first, [{ n: 2 }, { n: 3 }]);
      const head = await put('x', commit);
      const ended = await put('y', author.begin(null, { n: 1 }));
      const tombstone = await put('y', author.end(ended));
      const [trimmed, kept] = [begin.entries[0] as object, commit.entries[0] as object];
      return { first, trimmed, kept, head, ended, tombstone };
    }, store);
    expect(await held()).toEqual(['kept', 'head', 'tombstone']);
    expect((await store.readLog('x', 0)).entries).toHaveLength(2);
  });

  test('of tombstones and receipts past their time', async () => {
    const clock = new FakeClock();
    const store = new MemoryStore({ clock, tombstoneTtlMs: 2000, receiptTtlMs: 1000 });
    const held = await witness(async (put, author) => {
      const [gone, receipt, another] = [author.receipt('a'), author.receipt('b'), author.receipt('c')];
      const tombstone = await put('gone', author.end(await put('gone', author.begin(null, {}, [gone]))));
      const live = await put('live', author.begin(null, {}, [receipt]));
      const old = await put('anew', author.end(await put('anew', author.begin(null, {}))));
      const anew = await put('anew', author.begin(old, {}, [another]));
      return { gone, tombstone, receipt, live, old, another, anew };
    }, store);
    clock.elapse(1000);
    await store.read('live');
    expect(await held()).toEqual(['tombstone', 'live', 'anew']);
    clock.elapse(1000);
    await store.read('live');
    expect(await held()).toEqual(['live', 'anew']);
    await store.close();
    expect(await held()).toEqual([]);
  });
});

test('the memory store tells nobody unless told to', async () => {
  const store = new MemoryStore();
  expect(await store.commit('x', new Author().begin(null, {}))).toEqual({ kind: 'committed' });
});
