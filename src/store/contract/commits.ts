import type { Commit, EndedHead, LiveContext, Position } from '../store.ts';
import { type ContractCase, contractCase, type Trial } from './harness.ts';
import { must, same, sameLog, sameOutcome, sameReceipt, sameSnapshot } from './same.ts';

const ID = 'context';
const WRITERS = 16;

/** A wrong expectation: prepares what stands and returns a commit that builds on something else. */
type Misfit = (trial: Trial) => Promise<Commit>;

const misfits: Readonly<Record<string, Misfit>> = {
  'no trace where a context is live': async ({ author, put }) => {
    await put(ID, author.begin(null, { n: 1 }));
    return author.begin(null, { other: true });
  },
  'no trace where a tombstone stands': async (trial) => {
    await ended(trial);
    return trial.author.begin(null, { other: true });
  },
  'a version where there is no trace': async ({ author }) =>
    author.advance(author.begin(null, { n: 1 }).next, [{ other: true }]),
  'a live version where its own tombstone stands': async (trial) => {
    const { live } = await ended(trial);
    return trial.author.advance(live, [{ other: true }]);
  },
  'a tombstone where the next life has begun': async (trial) => {
    const { tombstone } = await ended(trial);
    await trial.put(ID, trial.author.begin(tombstone, { n: 2 }));
    return trial.author.begin(tombstone, { other: true });
  },
  'a live version where the next life has begun': async (trial) => {
    const { live, tombstone } = await ended(trial);
    await trial.put(ID, trial.author.begin(tombstone, { n: 2 }));
    return trial.author.end(live);
  },
  'an older version': async ({ author, put }) => {
    const first = await put(ID, author.begin(null, { n: 1 }));
    await put(ID, author.advance(first, [{ n: 2 }, { n: 3 }]));
    return author.advance(first, [{ other: true }]);
  },
  'a version still to come': async ({ author, put }) => {
    const first = await put(ID, author.begin(null, { n: 1 }));
    return author.advance(author.advance(first, [{ n: 2 }]).next, [{ other: true }]);
  },
  'the version that stands, with another tag': (trial) => twisted(trial, (position) => ({ ...position, tag: 'other' })),
  'the version and tag that stand, in another life': (trial) =>
    twisted(trial, (position) => ({ ...position, life: 'other' })),
  'the tag that stands, with another version': (trial) => twisted(trial, (position) => ({ ...position, version: 2 })),
};

async function ended({ author, put }: Trial): Promise<{ live: LiveContext; tombstone: EndedHead }> {
  const live = await put(ID, author.begin(null, { n: 1 }));
  return { live, tombstone: await put(ID, author.end(live)) };
}

async function twisted({ author, put }: Trial, twist: (position: Position) => Position): Promise<Commit> {
  const first = await put(ID, author.begin(null, { n: 1 }));
  return { ...author.advance(first, [{ other: true }]), expected: twist(first.position) };
}

/** The rules of one refused commit: told as a conflict, with the log, and without any trace of it afterwards. */
async function refuses(trial: Trial, commit: Commit): Promise<void> {
  const { store } = trial;
  const after = commit.expected?.version ?? 0;
  const snapshot = await store.read(ID);
  const log = await store.readLog(ID, after);
  const whole = await store.readLog(ID, 0);
  const outcome = await store.commit(ID, commit);
  sameOutcome(outcome, { kind: 'conflict', log }, 'A conflict carries the log above the expected version.');
  sameSnapshot(await store.read(ID), snapshot, 'A conflict leaves the head and its context as they are.');
  sameLog(await store.readLog(ID, 0), whole, 'A conflict leaves the log as it is.');
  for (const { key } of commit.receipts) {
    sameReceipt(await store.findReceipt(ID, key), null, 'A conflict leaves no receipt.');
  }
  const listed = await store.list({ prefix: '', after: null, limit: 10 });
  same(listed.length, snapshot?.status === 'live' ? 1 : 0, 'A conflict changes nothing in the listing.');
}

/** Commits that all build on one position: one wins, and what it wrote is what the others are told. */
async function race({ store }: Trial, rival: (n: number) => Commit): Promise<void> {
  const commits = Array.from({ length: WRITERS }, (_, n) => rival(n));
  const outcomes = await Promise.all(commits.map((commit) => store.commit(ID, commit)));
  const winners = commits.filter((_, i) => outcomes[i]?.kind === 'committed');
  same(winners.length, 1, `Of ${commits.length} concurrent commits on one position exactly one wins.`);
  const [winner] = winners;
  sameSnapshot(await store.read(ID), winner?.next ?? null, 'What stands after a race is what its winner wrote.');
  const after = winner?.expected?.version ?? 0;
  const log = await store.readLog(ID, after);
  const entries = winner?.entries.filter(({ version }) => version > after) ?? [];
  sameLog(log, { head: winner?.next ?? null, entries }, 'The log after a race is what its winner wrote.');
  for (const outcome of outcomes) {
    if (outcome.kind !== 'committed') {
      sameOutcome(outcome, { kind: 'conflict', log }, 'The losers of a race are told of the winner.');
    }
  }
}

const rule = '(1) One atomic commit';

export const commitCases: readonly ContractCase[] = [
  contractCase(`${rule}: of nothing it makes a context and its log`, {}, async ({ store, author, put }) => {
    sameSnapshot(await store.read(ID), null, 'An id without trace reads as null.');
    sameLog(await store.readLog(ID, 0), { head: null, entries: [] }, 'An id without trace has an empty log.');
    const commit = author.begin(null, { n: 1 });
    await put(ID, commit);
    sameSnapshot(await store.read(ID), commit.next, 'A commit of a first version makes it the head.');
    const { next: head, entries } = commit;
    sameLog(await store.readLog(ID, 0), { head, entries }, 'A first version has its entry.');
  }),

  contractCase(`${rule}: several versions in one commit each leave their entry`, {}, async ({ store, author, put }) => {
    const begin = author.begin(null, { n: 1 });
    const commit = author.advance(await put(ID, begin), [{ n: 2 }, { n: 3, a: [] }, { a: [1] }]);
    await put(ID, commit);
    sameSnapshot(await store.read(ID), commit.next, 'The last of several versions is the head.');
    const entries = [...begin.entries, ...commit.entries];
    sameLog(await store.readLog(ID, 0), { head: commit.next, entries }, 'Each of several versions has its entry.');
  }),

  ...Object.entries(misfits).map(([what, prepare]) =>
    contractCase(`${rule}: expecting ${what} is a conflict and writes nothing`, {}, async (trial) => {
      const commit = await prepare(trial);
      await refuses(trial, { ...commit, receipts: [trial.author.receipt('refused')] });
    }),
  ),

  contractCase(`${rule}: of concurrent first versions exactly one wins`, {}, async (trial) => {
    await race(trial, (n) => trial.author.begin(null, { n }));
  }),

  contractCase(`${rule}: of concurrent writes and deletions exactly one wins`, {}, async (trial) => {
    const { author, put } = trial;
    const live = await put(ID, author.begin(null, { start: true }));
    await race(trial, (n) => (n % 4 === 3 ? author.end(live) : author.advance(live, [{ n }, { n, more: n }])));
  }),

  contractCase(`${rule}: of concurrent new lives on a tombstone exactly one wins`, {}, async (trial) => {
    const { tombstone } = await ended(trial);
    await race(trial, (n) => trial.author.begin(tombstone, { n }));
  }),

  contractCase(`${rule}: writers who try again after a conflict lose nothing`, {}, async (trial) => {
    const { store, author, put } = trial;
    const writes = 5;
    await put(ID, author.begin(null, {}));
    const write = async (key: string): Promise<void> => {
      for (;;) {
        const head = await store.read(ID);
        must(head?.status === 'live', 'What nobody deletes stays.');
        if (head?.status !== 'live') return;
        const outcome = await store.commit(ID, author.advance(head, [{ ...head.context, [key]: true }]));
        if (outcome.kind === 'committed') return;
      }
    };
    const writer = async (name: number): Promise<void> => {
      for (let n = 0; n < writes; n += 1) await write(`${name}-${n}`);
    };
    await Promise.all(Array.from({ length: WRITERS }, (_, name) => writer(name)));
    const head = await store.read(ID);
    const keys = head?.status === 'live' ? Object.keys(head.context).length : 0;
    same(keys, WRITERS * writes, 'Every write that was answered as committed stands.');
    same(head?.position.version, WRITERS * writes + 1, 'Every commit of one version makes one version.');
  }),
];
