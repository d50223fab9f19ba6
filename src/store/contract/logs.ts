import type { Entry, LiveContext } from '../store.ts';
import { type ContractCase, contractCase, type Trial } from './harness.ts';
import { must, same, sameLog, sameSnapshot } from './same.ts';

const ID = 'context';
const THRESHOLD = 4;
const rule = '(2) A chain without holes';

/** A context at the version asked for, made by single commits, and all entries that it ever had. */
async function grow({ author, put }: Trial, versions: number): Promise<{ head: LiveContext; entries: readonly Entry[] }> {
  const begin = author.begin(null, { n: 1 });
  let head = await put(ID, begin);
  const entries = [...begin.entries];
  while (head.position.version < versions) {
    const commit = author.advance(head, [{ n: head.position.version + 1 }]);
    head = await put(ID, commit);
    entries.push(...commit.entries);
  }
  return { head, entries };
}

export const logCases: readonly ContractCase[] = [
  contractCase(`${rule}: readLog gives the entries above a version, oldest first`, {}, async (trial) => {
    const { head, entries } = await grow(trial, 6);
    for (const after of [0, 1, 3, 5, 6, 7, 1000, Number.MAX_SAFE_INTEGER]) {
      const above = entries.filter(({ version }) => version > after);
      sameLog(await trial.store.readLog(ID, after), { head, entries: above }, `The log above version ${after} is whole.`);
    }
  }),

  contractCase(`${rule}: past the threshold the oldest go, and only those`, { deltaThreshold: THRESHOLD }, async (trial) => {
    const { store, author, put } = trial;
    const begin = author.begin(null, { n: 1 });
    let head = await put(ID, begin);
    let entries = begin.entries;
    for (let version = 2; version <= 3 * THRESHOLD; version += 1) {
      const commit = author.advance(head, [{ n: version }]);
      head = await put(ID, commit);
      entries = [...entries, ...commit.entries].slice(-THRESHOLD);
      sameLog(await store.readLog(ID, 0), { head, entries }, `With a deltaThreshold of ${THRESHOLD} the newest stay.`);
    }
    const middle = entries.slice(2);
    sameLog(await store.readLog(ID, head.position.version - 2), { head, entries: middle }, 'Trimming leaves no holes.');
    const last = entries.at(-1);
    sameLog(
      await store.readLog(ID, head.position.version - 1),
      { head, entries: last ? [last] : [] },
      'The entry that made the head is always there.',
    );
  }),

  contractCase(`${rule}: one commit of more entries than the threshold leaves the newest`, { deltaThreshold: THRESHOLD }, async (trial) => {
    const { store, author, put } = trial;
    const versions = Array.from({ length: 2 * THRESHOLD + 1 }, (_, n) => ({ n }));
    const begin = await put(ID, author.begin(null, { start: true }));
    const commit = author.advance(begin, versions);
    const head = await put(ID, commit);
    const entries = commit.entries.slice(-THRESHOLD);
    sameLog(await store.readLog(ID, 0), { head, entries }, 'Of many entries in one commit the newest stay.');
    const more = author.advance(head, [{ n: -1 }, { n: -2 }]);
    const all = [...commit.entries, ...more.entries].slice(-THRESHOLD);
    sameLog(await store.readLog(ID, 0).then(() => put(ID, more)).then(() => store.readLog(ID, 0)), { head: more.next, entries: all }, 'Old and new entries are trimmed as one.');
  }),

  contractCase(`${rule}: a conflict's log is trimmed as the log is`, { deltaThreshold: THRESHOLD }, async (trial) => {
    const { store, author } = trial;
    const { head, entries } = await grow(trial, 3 * THRESHOLD);
    const outcome = await store.commit(ID, author.begin(null, { n: 0 }));
    same(outcome.kind, 'conflict', 'A commit that expects no trace of a live context fails.');
    if (outcome.kind !== 'conflict') return;
    sameLog(outcome.log, { head, entries: entries.slice(-THRESHOLD) }, 'A conflict on no trace carries the log above 0.');
  }),

  contractCase(`${rule}: an ended head has no entries, and the next life only its own`, {}, async (trial) => {
    const { store, author, put } = trial;
    const { head: old } = await grow(trial, 5);
    const tombstone = await put(ID, author.end(old));
    for (const after of [0, 2, 5]) {
      sameLog(await store.readLog(ID, after), { head: tombstone, entries: [] }, 'With its life a log has ended.');
    }
    const begin = author.begin(tombstone, { fresh: 1 });
    const first = await put(ID, begin);
    sameLog(await store.readLog(ID, 0), { head: first, entries: begin.entries }, 'A new life starts with its first entry.');
    sameLog(await store.readLog(ID, 1), { head: first, entries: [] }, 'A new life has no entries above its head.');
    const commit = author.advance(first, Array.from({ length: 6 }, (_, n) => ({ fresh: n + 2 })));
    const head = await put(ID, commit);
    const entries = [...begin.entries, ...commit.entries];
    sameLog(await store.readLog(ID, 0), { head, entries }, 'A life that outgrows the one before has only its own entries.');
  }),

  contractCase(`${rule}: a commit from a live head to another life starts an empty log`, {}, async (trial) => {
    const { store, author, put } = trial;
    const { head: old } = await grow(trial, 5);
    const restored = await put(ID, author.restore(old, { restored: true }, 9));
    sameSnapshot(await store.read(ID), restored, 'A commit may replace one life by another.');
    for (const after of [0, 3, 8, 9]) {
      sameLog(await store.readLog(ID, after), { head: restored, entries: [] }, 'Another life starts with an empty log.');
    }
    const commit = author.advance(restored, [{ restored: 1 }, { restored: 2 }]);
    const head = await put(ID, commit);
    sameLog(await store.readLog(ID, 0), { head, entries: commit.entries }, 'Entries of the replaced life are gone for good.');
  }),

  contractCase(`${rule}: a life may begin above version 1, with an empty log`, {}, async ({ store, author, put }) => {
    const restored = await put(ID, author.restore(null, { restored: true }, 41));
    sameLog(await store.readLog(ID, 0), { head: restored, entries: [] }, 'A restored context has no entries yet.');
    const commit = author.advance(restored, [{ restored: 'and changed' }]);
    const head = await put(ID, commit);
    sameLog(await store.readLog(ID, 0), { head, entries: commit.entries }, 'Its first entry makes the version after.');
    sameLog(await store.readLog(ID, 41), { head, entries: commit.entries }, 'Its first entry is above its first version.');
  }),

  contractCase(`${rule}: the threshold counts each life anew, and each id`, { deltaThreshold: THRESHOLD }, async (trial) => {
    const { store, author, put } = trial;
    const { head } = await grow(trial, THRESHOLD);
    await put('another', author.begin(null, {}));
    same((await store.readLog(ID, 0)).entries.length, THRESHOLD, 'Entries of another id do not count.');
    const begin = author.begin(await put(ID, author.end(head)), { n: 1 });
    const commit = author.advance(await put(ID, begin), [{ n: 2 }, { n: 3 }]);
    await put(ID, commit);
    const { entries } = await store.readLog(ID, 0);
    same(entries.length, 3, 'Entries of the life before do not count.');
    must(entries[0]?.version === 1, 'The first entry of a life stays as long as the threshold allows.');
  }),
];
