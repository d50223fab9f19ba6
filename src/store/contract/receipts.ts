import { type ContractCase, contractCase } from './harness.ts';
import { same, sameLog, sameOutcome, sameReceipt, sameSnapshot } from './same.ts';

const ID = 'context';
const rule = '(5) Receipts';
const LIMIT = 5;

export const receiptCases: readonly ContractCase[] = [
  contractCase(
    `${rule}: are kept with the commit that carries them, for its id alone`,
    {},
    async ({ store, author, put }) => {
      const receipts = [author.receipt('a'), author.receipt('__proto__'), author.receipt('["","\\u0000:*"]')];
      sameReceipt(await store.findReceipt(ID, 'a'), null, 'A key that was never used has no receipt.');
      await put(ID, author.begin(null, {}, receipts));
      for (const receipt of receipts) {
        sameReceipt(await store.findReceipt(ID, receipt.key), receipt, 'A receipt is found as it was left.');
        sameReceipt(
          await store.findReceipt('other', receipt.key),
          null,
          'Receipts of one id are unknown to the others.',
        );
      }
      sameReceipt(await store.findReceipt(ID, 'constructor'), null, 'A key that was never used has no receipt.');
      await put('other', author.begin(null, {}, [author.receipt('a')]));
      sameReceipt(await store.findReceipt(ID, 'a'), receipts[0] ?? null, 'A receipt of another id changes nothing.');
    },
  ),

  contractCase(`${rule}: a commit with a known one is answered by it and writes nothing`, {}, async (trial) => {
    const { store, author, put, told } = trial;
    const first = author.receipt('a');
    const begin = author.begin(null, { n: 1 }, [first]);
    const head = await put(ID, begin);
    const again = author.advance(head, [{ n: 2 }], [author.receipt('new'), author.receipt('a')]);
    const outcome = await store.commit(ID, again);
    sameOutcome(outcome, { kind: 'repeated', receipts: [first] }, 'A known receipt comes back as it was first left.');
    sameSnapshot(await store.read(ID), head, 'A repeated commit leaves the head as it is.');
    sameLog(await store.readLog(ID, 0), { head, entries: begin.entries }, 'A repeated commit leaves the log as it is.');
    sameReceipt(await store.findReceipt(ID, 'new'), null, 'A repeated commit leaves no receipt.');
    sameReceipt(await store.findReceipt(ID, 'a'), first, 'A repeated commit leaves the first receipt as it is.');
    await trial.settle();
    same(told.count(ID), 1, 'A repeated commit is told to nobody. Commits told:');
  }),

  contractCase(`${rule}: are tested before the position`, {}, async ({ store, author, put }) => {
    const first = author.receipt('a');
    const head = await put(ID, author.begin(null, { n: 1 }, [first]));
    const next = await put(ID, author.advance(head, [{ n: 2 }]));
    const stale = [
      author.begin(null, {}, [first]),
      author.advance(head, [{ n: 3 }], [first]),
      author.end(head, [first]),
    ];
    for (const commit of stale) {
      const outcome = await store.commit(ID, commit);
      sameOutcome(
        outcome,
        { kind: 'repeated', receipts: [first] },
        'A known receipt counts more than a wrong position.',
      );
    }
    sameSnapshot(await store.read(ID), next, 'A repeated commit leaves the head as it is.');
  }),

  contractCase(`${rule}: all known ones come back, and only those`, {}, async ({ store, author, put }) => {
    const known = ['a', 'b', 'c'].map((key) => author.receipt(key));
    const head = await put(ID, author.begin(null, { n: 1 }, known));
    const receipts = ['x', 'c', 'y', 'a'].map((key) => author.receipt(key));
    const outcome = await store.commit(ID, author.advance(head, [{ n: 2 }], receipts));
    const expected = known.filter(({ key }) => key !== 'b');
    sameOutcome(outcome, { kind: 'repeated', receipts: expected }, "All of a commit's known receipts come back.");
  }),

  contractCase(
    `${rule}: of concurrent commits with one key exactly one is written`,
    {},
    async ({ store, author, put }) => {
      const head = await put(ID, author.begin(null, {}));
      const commits = Array.from({ length: 16 }, (_, n) => author.advance(head, [{ n }], [author.receipt('a')]));
      const outcomes = await Promise.all(commits.map((commit) => store.commit(ID, commit)));
      const [winner, ...others] = commits.filter((_, i) => outcomes[i]?.kind === 'committed');
      same(others.length, 0, 'Of commits with the same receipt one is written. Others written:');
      for (const outcome of outcomes) {
        if (outcome.kind === 'committed') continue;
        const expected = { kind: 'repeated', receipts: winner?.receipts ?? [] } as const;
        sameOutcome(outcome, expected, 'The others are answered by its receipt.');
      }
    },
  ),

  contractCase(`${rule}: alone, at the position that stands, leave everything else as it is`, {}, async (trial) => {
    const { store, author, put, told } = trial;
    const begin = author.begin(null, { n: 1 });
    const head = await put(ID, begin);
    const receipt = author.receipt('a');
    await put(ID, { ...author.note(head, [receipt]), next: { ...head, floor: 5, context: { n: 'other' } } });
    sameReceipt(await store.findReceipt(ID, 'a'), receipt, 'A commit that moves nothing leaves its receipts.');
    sameSnapshot(await store.read(ID), head, 'A commit that moves nothing writes nothing but receipts.');
    sameLog(
      await store.readLog(ID, 0),
      { head, entries: begin.entries },
      'A commit that moves nothing leaves the log.',
    );
    await trial.settle();
    same(told.count(ID), 1, 'A commit that moves nothing is told to nobody. Commits told:');
    const stale = author.note(begin.next, [author.receipt('b')]);
    await put(ID, author.advance(head, [{ n: 2 }]));
    same(
      (await store.commit(ID, stale)).kind,
      'conflict',
      'A commit that moves nothing expects its position all the same.',
    );
    sameReceipt(await store.findReceipt(ID, 'b'), null, 'A conflict leaves no receipt.');
  }),

  contractCase(
    `${rule}: outlive lives, and the tombstone`,
    (ttlMs) => ({ tombstoneTtlMs: ttlMs }),
    async (trial) => {
      const { store, author, put, ttlMs } = trial;
      const [a, b, c] = [author.receipt('a'), author.receipt('b'), author.receipt('c')];
      const live = await put(ID, author.begin(null, { n: 1 }, [a]));
      const tombstone = await put(ID, author.end(live, [b]));
      const next = await put(ID, author.begin(tombstone, { n: 2 }));
      const restored = await put(ID, author.restore(next, { n: 3 }, 9, [c]));
      const known = async (): Promise<void> => {
        for (const receipt of [a, b, c]) {
          sameReceipt(await store.findReceipt(ID, receipt.key), receipt, 'Receipts are remembered across lives.');
          const outcome = await store.commit(ID, author.begin(null, {}, [receipt]));
          sameOutcome(outcome, { kind: 'repeated', receipts: [receipt] }, 'A receipt of an earlier life counts.');
        }
      };
      await known();
      await put(ID, author.end(restored));
      await known();
      await trial.elapse(1.2 * ttlMs);
      sameSnapshot(await store.read(ID), null, 'The tombstone is gone after tombstoneTtlMs.');
      await known();
    },
  ),

  contractCase(
    `${rule}: are forgotten after receiptTtlMs, each at its own time`,
    (ttlMs) => ({ receiptTtlMs: ttlMs }),
    async (trial) => {
      const { store, author, put, ttlMs } = trial;
      const [old, young] = [author.receipt('old'), author.receipt('young')];
      const first = await put(ID, author.begin(null, { n: 1 }, [old]));
      await trial.elapse(0.6 * ttlMs);
      const second = await put(ID, author.advance(first, [{ n: 2 }], [young]));
      await trial.elapse(0.6 * ttlMs);
      sameReceipt(
        await store.findReceipt(ID, 'old'),
        null,
        'A receipt is forgotten after receiptTtlMs, others or not.',
      );
      sameReceipt(await store.findReceipt(ID, 'young'), young, 'A receipt does not go before its time.');
      const anew = author.receipt('old');
      await put(ID, author.advance(second, [{ n: 3 }], [anew]));
      sameReceipt(await store.findReceipt(ID, 'old'), anew, 'A key that was forgotten is new again.');
      await trial.elapse(0.6 * ttlMs);
      sameReceipt(await store.findReceipt(ID, 'young'), null, 'A receipt is forgotten after receiptTtlMs.');
      sameReceipt(await store.findReceipt(ID, 'old'), anew, 'A key that was left anew has its time from then on.');
    },
  ),

  contractCase(
    `${rule}: past receiptLimit the oldest of an id go`,
    { receiptLimit: LIMIT },
    async ({ store, author, put }) => {
      const other = author.receipt('r0');
      await put('other', author.begin(null, {}, [other]));
      const receipts = Array.from({ length: 2 * LIMIT + 1 }, (_, n) => author.receipt(`r${n}`));
      let head = await put(ID, author.begin(null, { n: 0 }, receipts.slice(0, 3)));
      const check = async (left: number): Promise<void> => {
        for (const [n, receipt] of receipts.slice(0, left).entries()) {
          const expected = n < left - LIMIT ? null : receipt;
          sameReceipt(
            await store.findReceipt(ID, receipt.key),
            expected,
            `Of ${left} receipts the newest ${LIMIT} stay.`,
          );
        }
      };
      await check(3);
      for (let left = 3; left < 8; left += 1) {
        head = await put(ID, author.advance(head, [{ n: left }], receipts.slice(left, left + 1)));
        await check(left + 1);
      }
      await put(ID, author.note(head, receipts.slice(8)));
      await check(receipts.length);
      sameReceipt(await store.findReceipt('other', 'r0'), other, "One id's receipts do not push out another's.");
    },
  ),

  contractCase(
    `${rule}: more than receiptLimit in one commit leave the newest`,
    { receiptLimit: LIMIT },
    async ({ store, author, put }) => {
      const receipts = Array.from({ length: LIMIT + 3 }, (_, n) => author.receipt(`r${n}`));
      await put(ID, author.begin(null, {}, receipts));
      for (const [n, receipt] of receipts.entries()) {
        const expected = n < 3 ? null : receipt;
        sameReceipt(
          await store.findReceipt(ID, receipt.key),
          expected,
          "A commit's later receipts are the newer ones.",
        );
      }
    },
  ),

  contractCase(
    `${rule}: pushed out and left anew, have their time from then on`,
    (ttlMs) => ({ receiptLimit: 1, receiptTtlMs: ttlMs }),
    async ({ store, author, put, elapse, ttlMs }) => {
      const head = await put(ID, author.begin(null, {}, [author.receipt('a')]));
      await elapse(0.6 * ttlMs);
      await put(ID, author.note(head, [author.receipt('b')]));
      sameReceipt(await store.findReceipt(ID, 'a'), null, 'Past receiptLimit the oldest goes.');
      const anew = author.receipt('a');
      await put(ID, author.note(head, [anew]));
      await elapse(0.6 * ttlMs);
      sameReceipt(await store.findReceipt(ID, 'a'), anew, 'A key that was left anew does not go at its first time.');
    },
  ),
];
