import { type ContractCase, contractCase, type Trial } from './harness.ts';
import { same, sameLog, sameOutcome, sameSnapshot } from './same.ts';

const ID = 'context';
const rule = '(4) Tombstones';
const tombstoneTtl = (ttlMs: number) => ({ tombstoneTtlMs: ttlMs });

async function listedIds({ store }: Trial): Promise<readonly string[]> {
  return (await store.list({ prefix: '', after: null, limit: 100 })).map(({ id }) => id);
}

export const tombstoneCases: readonly ContractCase[] = [
  contractCase(`${rule}: a deletion leaves the ended head and nothing of the context`, {}, async (trial) => {
    const { store, author, put } = trial;
    const live = await put(ID, author.advance(await put(ID, author.begin(null, { n: 1 })), [{ n: 2 }]));
    const tombstone = await put(ID, author.end(live));
    sameSnapshot(await store.read(ID), tombstone, 'A deleted context reads as its tombstone.');
    sameLog(
      await store.readLog(ID, 0),
      { head: tombstone, entries: [] },
      'A deleted context has a head without entries.',
    );
    same(await listedIds(trial), [], 'A deleted context is not listed.');
  }),

  contractCase(`${rule}: a new life begins on the tombstone, with the floor it came with`, {}, async (trial) => {
    const { store, author, put } = trial;
    const tombstone = await put(ID, author.end(await put(ID, author.restore(null, {}, 7))));
    const first = await put(ID, author.begin(tombstone, { n: 1 }));
    same(first.floor, 7, 'The case begins a life above version 7.');
    sameSnapshot(await store.read(ID), first, 'A new life keeps the floor that it was given.');
    const second = await put(ID, author.begin(await put(ID, author.end(first)), { n: 2 }));
    sameSnapshot(await store.read(ID), second, 'A life after that keeps its floor too.');
    same(await listedIds(trial), [ID], 'A new life is listed once.');
  }),

  contractCase(`${rule}: after tombstoneTtlMs there is no trace`, tombstoneTtl, async (trial) => {
    const { store, author, put, ttlMs } = trial;
    const tombstone = await put(ID, author.end(await put(ID, author.begin(null, { n: 1 }))));
    sameSnapshot(await store.read(ID), tombstone, 'A tombstone stays for tombstoneTtlMs.');
    await trial.elapse(1.2 * ttlMs);
    sameSnapshot(await store.read(ID), null, 'A tombstone is gone after tombstoneTtlMs.');
    sameLog(await store.readLog(ID, 0), { head: null, entries: [] }, 'A tombstone that is gone is no head.');
    const conflict = { kind: 'conflict', log: { head: null, entries: [] } } as const;
    const late = await store.commit(ID, author.begin(tombstone, { late: true }));
    sameOutcome(late, conflict, 'Nothing can build on a tombstone that is gone.');
    const begin = author.begin(null, { n: 2 });
    await put(ID, begin);
    sameLog(
      await store.readLog(ID, 0),
      { head: begin.next, entries: begin.entries },
      'A life may begin there as of nothing.',
    );
  }),

  contractCase(`${rule}: the life that follows outlasts the tombstone's time`, tombstoneTtl, async (trial) => {
    const { store, author, put, ttlMs } = trial;
    const tombstone = await put(ID, author.end(await put(ID, author.begin(null, { n: 1 }))));
    const begin = author.begin(tombstone, { n: 2 });
    const head = await put(ID, begin);
    await trial.elapse(1.2 * ttlMs);
    sameSnapshot(await store.read(ID), head, 'A live context stays, however long its predecessor is gone.');
    sameLog(await store.readLog(ID, 0), { head, entries: begin.entries }, 'The log of a live context stays.');
    same(await listedIds(trial), [ID], 'A live context stays listed.');
  }),

  contractCase(`${rule}: each has its own time`, tombstoneTtl, async (trial) => {
    const { store, author, put, ttlMs } = trial;
    const first = await put(ID, author.end(await put(ID, author.begin(null, { n: 1 }))));
    await trial.elapse(0.6 * ttlMs);
    const second = await put(ID, author.end(await put(ID, author.begin(first, { n: 2 }))));
    const other = await put('other', author.end(await put('other', author.begin(null, {}))));
    await trial.elapse(0.6 * ttlMs);
    sameSnapshot(await store.read(ID), second, "The second tombstone does not go when the first one's time is over.");
    sameSnapshot(await store.read('other'), other, 'Another tombstone does not go with the first.');
    await trial.elapse(0.6 * ttlMs);
    sameSnapshot(await store.read(ID), null, 'The second tombstone goes when its own time is over.');
    sameSnapshot(await store.read('other'), null, "Another id's tombstone goes when its own time is over.");
  }),

  contractCase(`${rule}: a live context has no time`, tombstoneTtl, async (trial) => {
    const { store, author, put, ttlMs } = trial;
    const head = await put(ID, author.begin(null, { n: 1 }));
    await trial.elapse(2.5 * ttlMs);
    sameSnapshot(await store.read(ID), head, 'Only tombstones go with time.');
  }),
];
