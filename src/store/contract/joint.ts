import type { Commit, CommitOf, JointOutcome, Refusal, Snapshot } from '../store.ts';
import { type ContractCase, contractCase, type Trial } from './harness.ts';
import { must, same, sameLog, sameOutcome, sameReceipt, sameSnapshot } from './same.ts';

const [A, B, C, D] = ['{group}:a', '{group}:b', 'c{group}', '{group}'] as const;
const rule = '(9) Several commits as one';

/** What is wanted of each, in their order: a refusal, or null where nothing is in its way. */
function sameRefusals(outcome: JointOutcome, expected: readonly (Refusal | null)[], what: string): void {
  must(outcome.kind === 'refused', `${what} They were committed.`);
  const refusals = outcome.kind === 'refused' ? outcome.refusals : [];
  same(refusals.length, expected.length, `${what} There is an answer for each. Answers:`);
  for (const [i, refusal] of expected.entries()) {
    const found = refusals[i] ?? null;
    if (refusal !== null && found !== null) sameOutcome(found, refusal, what);
    else same(found?.kind, refusal?.kind, `${what} Of commit ${i} it is said:`);
  }
}

/** Refused, and without a trace of it afterwards. */
async function leavesAll(trial: Trial, commits: readonly CommitOf[], expected: readonly (Refusal | null)[]) {
  const { store } = trial;
  const look = () => Promise.all(commits.map(({ id }) => Promise.all([store.read(id), store.readLog(id, 0)])));
  const before = await look();
  sameRefusals(await store.commitAll(commits), expected, 'One that does not fit refuses all.');
  for (const [i, [snapshot, log]] of (await look()).entries()) {
    sameSnapshot(snapshot, before[i]?.[0] ?? null, 'What is refused leaves the heads and their contexts as they are.');
    sameLog(log, before[i]?.[1] ?? { head: null, entries: [] }, 'What is refused leaves the logs as they are.');
  }
}

/** Of the cases below: two live contexts, a tombstone, and an id without a trace. */
async function prepared({ author, put }: Trial) {
  const a = await put(A, author.begin(null, { n: 1 }));
  const b = await put(B, author.begin(null, { n: 1 }));
  const c = await put(C, author.end(await put(C, author.begin(null, { n: 1 }))));
  return { a, b, c };
}

export const jointCases: readonly ContractCase[] = [
  contractCase(`${rule}: all that fit are written, each with its log, and told once`, {}, async (trial) => {
    const { store, author, told } = trial;
    const { a, b, c } = await prepared(trial);
    const commits: readonly CommitOf[] = [
      { id: A, commit: author.advance(a, [{ n: 2 }, { n: 3 }], [author.receipt('r')]) },
      { id: B, commit: author.end(b) },
      { id: C, commit: author.begin(c, { n: 2 }) },
      { id: D, commit: author.restore(null, { n: 9 }, 9) },
    ];
    same((await store.commitAll(commits)).kind, 'committed', 'Commits that all expect what stands succeed.');
    for (const { id, commit } of commits) {
      sameSnapshot(await store.read(id), commit.next, 'Each of them is what stands afterwards.');
      const before = commit.expected?.life === commit.next.position.life ? commit.expected.version : 0;
      const { entries } = await store.readLog(id, before);
      sameLog({ head: null, entries }, { head: null, entries: commit.entries }, 'Each of them leaves its entries.');
    }
    same((await store.findReceipt(A, 'r'))?.key, 'r', 'Each of them leaves its receipts. Found:');
    await trial.settle();
    same(
      [A, B, C, D].map((id) => told.count(id)),
      [2, 2, 3, 1],
      'Each of several commits as one is told once. Told:',
    );
  }),

  contractCase(`${rule}: one that does not fit refuses all, wherever it stands`, {}, async (trial) => {
    const { store, author, put } = trial;
    const { a, b, c } = await prepared(trial);
    const second = await put(B, author.advance(b, [{ n: 2 }]));
    const log = await store.readLog(B, 1);
    const fits: readonly CommitOf[] = [
      { id: A, commit: author.advance(a, [{ other: true }], [author.receipt('refused')]) },
      { id: C, commit: author.begin(c, { other: true }) },
      { id: D, commit: author.begin(null, { other: true }) },
    ];
    const stale: CommitOf = { id: B, commit: author.advance(b, [{ other: true }]) };
    for (let place = 0; place <= fits.length; place += 1) {
      const expected = fits.map((): Refusal | null => null).toSpliced(place, 0, { kind: 'conflict', log });
      await leavesAll(trial, fits.toSpliced(place, 0, stale), expected);
    }
    sameReceipt(await store.findReceipt(A, 'refused'), null, 'What is refused leaves no receipt.');
    const renewed = { id: B, commit: author.advance(second, [{ n: 3 }]) };
    same((await store.commitAll([...fits, renewed])).kind, 'committed', 'What has been refused can be tried again.');
  }),

  contractCase(`${rule}: all that do not fit are named`, {}, async (trial) => {
    const { store, author } = trial;
    const { a, b } = await prepared(trial);
    const commits = [
      { id: A, commit: author.begin(null, { other: true }) },
      { id: B, commit: author.advance(b, [{ n: 2 }]) },
      { id: D, commit: author.advance(a, [{ other: true }]) },
    ];
    const conflicts = await Promise.all(
      [A, D].map(async (id): Promise<Refusal> => ({ kind: 'conflict', log: await store.readLog(id, 0) })),
    );
    const [onA = null, onD = null] = conflicts;
    await leavesAll(trial, commits, [onA, null, onD?.kind === 'conflict' ? { ...onD, log: NO_LOG } : onD]);
  }),

  contractCase(`${rule}: a receipt that is known refuses all, whatever else fits`, {}, async (trial) => {
    const { author, put } = trial;
    const { a, b } = await prepared(trial);
    const [known, unknown] = [author.receipt('known'), author.receipt('unknown')];
    await put(B, author.advance(b, [{ n: 2 }], [known]));
    const again = { ...known, fingerprint: 'another' };
    const commits = [
      { id: A, commit: author.advance(a, [{ other: true }], [unknown]) },
      { id: B, commit: author.advance(b, [{ other: true }], [again, unknown]) },
      { id: D, commit: author.advance(a, [{ other: true }]) },
    ];
    await leavesAll(trial, commits, [null, { kind: 'repeated', receipts: [known] }, null]);
    sameReceipt(await trial.store.findReceipt(A, 'unknown'), null, 'What is refused leaves no receipt.');
  }),

  contractCase(`${rule}: one that moves nothing expects its position all the same`, {}, async (trial) => {
    const { store, author, put, told } = trial;
    const { a, b } = await prepared(trial);
    const moved = (): CommitOf => ({ id: A, commit: author.advance(a, [{ n: 2 }]) });
    const stays = (at: Snapshot, receipts: Commit['receipts'] = []): CommitOf => {
      return { id: B, commit: author.note(at, receipts) };
    };
    const stale = stays(b);
    const second = await put(B, author.advance(b, [{ n: 2 }]));
    await leavesAll(trial, [moved(), stale], [null, { kind: 'conflict', log: await store.readLog(B, 1) }]);
    const receipt = author.receipt('r');
    const outcome = await store.commitAll([moved(), stays(second, [receipt])]);
    same(outcome.kind, 'committed', 'One that moves nothing goes with one that does.');
    sameSnapshot(await store.read(B), second, 'One that moves nothing writes nothing but receipts.');
    sameReceipt(await store.findReceipt(B, 'r'), receipt, 'One that moves nothing leaves its receipts.');
    await trial.settle();
    same(told.count(B), 2, 'One that moves nothing is told to nobody. Commits told:');
  }),

  contractCase(`${rule}: none is told before all can be read`, {}, async (trial) => {
    const { store, author, told } = trial;
    const { a, b, c } = await prepared(trial);
    await trial.settle();
    const commits: readonly CommitOf[] = [
      { id: A, commit: author.advance(a, [{ n: 2 }]) },
      { id: B, commit: author.end(b) },
      { id: C, commit: author.begin(c, { n: 2 }) },
    ];
    const looks: Promise<readonly (Snapshot | null)[]>[] = [];
    told.onTell((id) => {
      if (commits.some((commit) => commit.id === id))
        looks.push(Promise.all(commits.map((commit) => store.read(commit.id))));
    });
    same((await store.commitAll(commits)).kind, 'committed', 'Commits that all expect what stands succeed.');
    await told.reaches(A, 2);
    await told.reaches(B, 2);
    await told.reaches(C, 3);
    for (const found of await Promise.all(looks)) {
      for (const [i, { commit }] of commits.entries()) {
        sameSnapshot(found[i] ?? null, commit.next, 'Whoever hears of one of several commits can read all of them.');
      }
    }
    same(looks.length, commits.length, 'Each is told once. Told:');
  }),

  contractCase(`${rule}: of rivals, alone or several, each is whole or not at all`, {}, async (trial) => {
    const { store, author, put } = trial;
    const a = await put(A, author.begin(null, { n: 0 }));
    const b = await put(B, author.begin(null, { n: 0 }));
    const rivals = Array.from({ length: 16 }, (_, n): readonly CommitOf[] => {
      const both = [
        { id: A, commit: author.advance(a, [{ n }]) },
        { id: B, commit: author.advance(b, [{ n }]) },
      ];
      return n % 4 === 3 ? both.slice(n % 8 === 3 ? 1 : 0).slice(0, 1) : n % 2 === 0 ? both : both.reverse();
    });
    const outcomes = await Promise.all(rivals.map((rival) => store.commitAll(rival)));
    const winners = rivals.filter((_, i) => outcomes[i]?.kind === 'committed');
    for (const [id, first] of [
      [A, a],
      [B, b],
    ] as const) {
      const own = winners.flatMap((rival) => rival.filter((commit) => commit.id === id));
      same(own.length <= 1, true, 'Of rivals on one position one wins. It did:');
      sameSnapshot(await store.read(id), own[0]?.commit.next ?? first, 'What stands is what the winner wrote.');
    }
    same(winners.length >= 1, true, 'Of rivals one wins. It did:');
  }),

  contractCase(`${rule}: one alone is a commit like any other`, {}, async ({ store, author, put }) => {
    const first = await put('alone', author.begin(null, { n: 1 }));
    const commit = author.advance(first, [{ n: 2 }]);
    same((await store.commitAll([{ id: 'alone', commit }])).kind, 'committed', 'One commit alone succeeds.');
    sameSnapshot(await store.read('alone'), commit.next, 'One commit alone is what stands afterwards.');
    const log = await store.readLog('alone', 1);
    sameRefusals(
      await store.commitAll([{ id: 'alone', commit }]),
      [{ kind: 'conflict', log }],
      'One alone is refused as any is.',
    );
  }),
];

const NO_LOG = { head: null, entries: [] } as const;
