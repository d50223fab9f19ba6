import type { Entry, Head, LiveContext } from '../store.ts';
import { type ContractCase, contractCase, type Trial } from './harness.ts';
import { must, same, sameLog, sameOutcome, sameSnapshot } from './same.ts';

const ID = 'context';
const THRESHOLD = 4;
const rule = '(2) A chain without holes';

/** A context at the version asked for, made by single commits, and all entries that it ever had. */
async function grow(
  { author, put }: Trial,
  versions: number,
): Promise<{ head: LiveContext; entries: readonly Entry[] }> {
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

/** The log above `after` is these entries, and nothing else. */
async function holds(
  { store }: Trial,
  after: number,
  head: Head,
  entries: readonly Entry[],
  message: string,
): Promise<void> {
  sameLog(await store.readLog(ID, after), { head, entries }, message);
}

const few = { deltaThreshold: THRESHOLD };

export const logCases: readonly ContractCase[] = [
  contractCase(`${rule}: readLog gives the entries above a version, oldest first`, {}, async (trial) => {
    const { head, entries } = await grow(trial, 6);
    for (const after of [0, 1, 3, 5, 6, 7, 1000, Number.MAX_SAFE_INTEGER]) {
      const above = entries.filter(({ version }) => version > after);
      await holds(trial, after, head, above, `The log above version ${after} is whole.`);
    }
  }),

  contractCase(`${rule}: past the threshold the oldest go, and only those`, few, async (trial) => {
    const { author, put } = trial;
    const begin = author.begin(null, { n: 1 });
    let head = await put(ID, begin);
    let entries = begin.entries;
    for (let version = 2; version <= 3 * THRESHOLD; version += 1) {
      const commit = author.advance(head, [{ n: version }]);
      head = await put(ID, commit);
      entries = [...entries, ...commit.entries].slice(-THRESHOLD);
      await holds(trial, 0, head, entries, `With a deltaThreshold of ${THRESHOLD} the newest stay.`);
      await holds(trial, version - 2, head, entries.slice(-2), 'Trimming leaves no holes.');
      await holds(trial, version - 1, head, entries.slice(-1), 'The entry that made the head is always there.');
    }
  }),

  contractCase(`${rule}: one commit of more entries than the threshold leaves the newest`, few, async (trial) => {
    const { author, put } = trial;
    const versions = Array.from({ length: 2 * THRESHOLD + 1 }, (_, n) => ({ n }));
    const commit = author.advance(await put(ID, author.begin(null, { start: true })), versions);
    const head = await put(ID, commit);
    await holds(trial, 0, head, commit.entries.slice(-THRESHOLD), 'Of many entries in one commit the newest stay.');
    const more = author.advance(head, [{ n: -1 }, { n: -2 }]);
    await put(ID, more);
    const entries = [...commit.entries, ...more.entries].slice(-THRESHOLD);
    await holds(trial, 0, more.next, entries, 'Old and new entries are trimmed as one.');
  }),

  contractCase(`${rule}: a conflict's log is trimmed as the log is`, few, async (trial) => {
    const { store, author } = trial;
    const { head, entries } = await grow(trial, 3 * THRESHOLD);
    const log = { head, entries: entries.slice(-THRESHOLD) };
    const outcome = await store.commit(ID, author.begin(null, { n: 0 }));
    sameOutcome(outcome, { kind: 'conflict', log }, 'A conflict on no trace carries what is left above 0.');
  }),

  contractCase(
    `${rule}: a brief log is whole, or is the head alone where it outweighs the state`,
    {},
    async (trial) => {
      const { store, author, put } = trial;
      const begin = author.begin(null, {});
      const first = await put(ID, begin);
      const small = author.advance(first, [{ n: 1 }, { n: 2 }, { n: 3 }]);
      const then = await put(ID, small);
      const log = { head: then, entries: small.entries };
      sameLog(await store.readLog(ID, 1, true), log, 'Up to 4 KiB a brief log is whole.');
      sameOutcome(
        await store.commit(ID, author.advance(first, [{}])),
        { kind: 'conflict', log },
        'And so is that of a conflict.',
      );
      const large = author.advance(then, [{ text: 'x'.repeat(9000) }, { n: 4 }]);
      const head = await put(ID, large);
      const conflict = await store.commit(ID, author.advance(then, [{ n: 5 }]));
      for (const brief of [await store.readLog(ID, 4, true), conflict.kind === 'conflict' && conflict.log]) {
        must(brief !== false, 'A commit that does not expect what stands is a conflict.');
        if (brief === false) continue;
        const entries = brief.entries.length === 0 ? [] : large.entries;
        sameLog(
          brief,
          { head, entries },
          'A log that outweighs the state is brief by leaving out all entries or none.',
        );
      }
      await holds(trial, 4, head, large.entries, 'Only a brief log leaves out anything.');
    },
  ),

  contractCase(`${rule}: an ended head has no entries, and the next life only its own`, {}, async (trial) => {
    const { author, put } = trial;
    const { head: old } = await grow(trial, 5);
    const tombstone = await put(ID, author.end(old));
    for (const after of [0, 2, 5]) await holds(trial, after, tombstone, [], 'With its life a log has ended.');
    const begin = author.begin(tombstone, { fresh: 1 });
    const first = await put(ID, begin);
    await holds(trial, 0, first, begin.entries, 'A new life starts with its first entry.');
    await holds(trial, 1, first, [], 'A new life has no entries above its head.');
    const versions = Array.from({ length: 6 }, (_, n) => ({ fresh: n + 2 }));
    const commit = author.advance(first, versions);
    const head = await put(ID, commit);
    const entries = [...begin.entries, ...commit.entries];
    await holds(trial, 0, head, entries, 'A life that outgrows the one before has only its own entries.');
  }),

  contractCase(`${rule}: a commit from a live head to another life starts an empty log`, {}, async (trial) => {
    const { store, author, put } = trial;
    const { head: old } = await grow(trial, 5);
    const restored = await put(ID, author.restore(old, { restored: true }, 9));
    sameSnapshot(await store.read(ID), restored, 'A commit may replace one life by another.');
    for (const after of [0, 3, 8, 9]) {
      await holds(trial, after, restored, [], 'Another life starts with an empty log.');
    }
    const commit = author.advance(restored, [{ restored: 1 }, { restored: 2 }]);
    const head = await put(ID, commit);
    await holds(trial, 0, head, commit.entries, 'Entries of the replaced life are gone for good.');
  }),

  contractCase(`${rule}: a life may begin above version 1, with an empty log`, {}, async (trial) => {
    const { author, put } = trial;
    const restored = await put(ID, author.restore(null, { restored: true }, 41));
    await holds(trial, 0, restored, [], 'A restored context has no entries yet.');
    const commit = author.advance(restored, [{ restored: 'and changed' }]);
    const head = await put(ID, commit);
    await holds(trial, 0, head, commit.entries, 'Its first entry makes the version after.');
    await holds(trial, 41, head, commit.entries, 'Its first entry is above its first version.');
  }),

  contractCase(`${rule}: the threshold counts each life anew, and each id`, few, async (trial) => {
    const { store, author, put } = trial;
    const { head: old } = await grow(trial, THRESHOLD);
    await put('another', author.begin(null, {}));
    same((await store.readLog(ID, 0)).entries.length, THRESHOLD, 'Entries of another id do not count.');
    const begin = author.begin(await put(ID, author.end(old)), { n: 1 });
    const commit = author.advance(await put(ID, begin), [{ n: 2 }, { n: 3 }]);
    const head = await put(ID, commit);
    const entries = [...begin.entries, ...commit.entries];
    await holds(trial, 0, head, entries, 'Entries of the life before do not count.');
  }),
];
