import type { LiveContext, Store } from '../store.ts';
import { type ContractCase, contractCase, type Trial } from './harness.ts';
import { same, sameLog } from './same.ts';

const rule = '(8) Age';

/** Contexts made one after the other, each later than the one before. */
async function makeContexts({ author, put }: Trial, ids: readonly string[]): Promise<readonly LiveContext[]> {
  const made: LiveContext[] = [];
  for (const id of ids) made.push(await put(id, author.begin(null, { id })));
  return made;
}

async function idle(store: Store, until: number, limit = 100): Promise<readonly string[]> {
  return (await store.listIdle({ until, limit })).map(({ id }) => id);
}

export const upkeepCases: readonly ContractCase[] = [
  contractCase(`${rule}: idle contexts are found by their last commit, the oldest first`, {}, async (trial) => {
    const { store, author, put } = trial;
    const [a, b, c] = (await makeContexts(trial, ['a', 'b', 'c'])) as [LiveContext, LiveContext, LiveContext];
    same(
      await idle(store, c.insertedAt),
      ['a', 'b', 'c'],
      'listIdle has every context as old as `until`, oldest first.',
    );
    same(await idle(store, c.insertedAt - 1), ['a', 'b'], 'listIdle leaves out what is younger than `until`.');
    same(await idle(store, c.insertedAt, 1), ['a'], 'listIdle keeps to its limit, and starts with the oldest.');
    same(await idle(store, c.insertedAt, 0), [], 'A limit of 0 lists nothing.');
    const later = await put('a', author.advance(a, [{ n: 2 }]));
    same(await idle(store, c.insertedAt), ['b', 'c'], 'A commit makes a context young again.');
    same(await idle(store, later.insertedAt), ['b', 'c', 'a'], 'A commit puts a context behind the others.');
    await put('b', author.end(b));
    same(await idle(store, later.insertedAt), ['c', 'a'], 'A deleted context is not idle.');
  }),

  contractCase(`${rule}: an idle context comes with the head that a commit can expect`, {}, async (trial) => {
    const { store, author, put } = trial;
    const [live] = (await makeContexts(trial, ['a'])) as [LiveContext];
    const [listed] = await store.listIdle({ until: live.insertedAt, limit: 1 });
    same(listed?.head.position, live.position, 'listIdle hands out the head as it stands.');
    await put('a', author.end(live));
  }),

  contractCase(`${rule}: trimming drops the deltas up to a time and keeps the newer ones`, {}, async (trial) => {
    const { store, author, put } = trial;
    const begin = author.begin(null, { n: 1 });
    const commit = author.advance(await put('a', begin), [{ n: 2 }, { n: 3 }]);
    const head = await put('a', commit);
    const until = commit.entries[0]?.insertedAt ?? 0;
    same(await store.trim({ until, limit: 10 }), { contexts: 1, deltas: 2 }, 'trim tells how many deltas went.');
    sameLog(await store.readLog('a', 0), { head, entries: commit.entries.slice(1) }, 'Deltas newer than `until` stay.');
    same(await store.trim({ until, limit: 10 }), { contexts: 0, deltas: 0 }, 'What is trimmed is not trimmed again.');
    const next = author.advance(head, [{ n: 4 }]);
    await put('a', next);
    const entries = [...commit.entries.slice(1), ...next.entries];
    sameLog(await store.readLog('a', 0), { head: next.next, entries }, 'Trimming leaves a log that goes on.');
  }),

  contractCase(`${rule}: what the window has dropped is not there to trim`, { deltaThreshold: 2 }, async (trial) => {
    const { store, author, put } = trial;
    const begin = author.begin(null, { n: 1 });
    const commit = author.advance(await put('a', begin), [{ n: 2 }]);
    const last = author.advance(await put('a', commit), [{ n: 3 }]);
    await put('a', last);
    const until = begin.entries[0]?.insertedAt ?? 0;
    same(await store.trim({ until, limit: 1 }), { contexts: 0, deltas: 0 }, 'A delta that went first is not trimmed.');
    const next = commit.entries[0]?.insertedAt ?? 0;
    same(await store.trim({ until: next, limit: 1 }), { contexts: 1, deltas: 1 }, 'The next oldest is found.');
  }),

  contractCase(`${rule}: nor is what an earlier life has left`, {}, async (trial) => {
    const { store, author, put } = trial;
    const old = await put('a', author.begin(null, { n: 1 }));
    const restored = await put('a', author.restore(old, { n: 2 }, 9));
    const { insertedAt: until } = restored;
    same(await store.trim({ until, limit: 1 }), { contexts: 0, deltas: 0 }, 'A replaced life has nothing to trim.');
    const { insertedAt } = await put('a', author.advance(restored, [{ n: 3 }]));
    same(await store.trim({ until, limit: 1 }), { contexts: 0, deltas: 0 }, 'A new life is as old as its own deltas.');
    same(await store.trim({ until: insertedAt, limit: 1 }), { contexts: 1, deltas: 1 }, 'Its own deltas are found.');
  }),

  contractCase(`${rule}: trimming keeps to its limit, and repeating it comes to an end`, {}, async (trial) => {
    const { store } = trial;
    const made = await makeContexts(trial, ['a', 'b', 'c']);
    const until = made.at(-1)?.insertedAt ?? 0;
    for (const left of [2, 1, 0]) {
      same(await store.trim({ until, limit: 1 }), { contexts: 1, deltas: 1 }, 'Each trim with limit 1 trims one more.');
      const logs = await Promise.all(['a', 'b', 'c'].map((id) => store.readLog(id, 0)));
      same(
        logs.filter(({ entries }) => entries.length > 0).length,
        left,
        'A limit of 1 leaves the others their deltas.',
      );
    }
    same(await store.trim({ until, limit: 1 }), { contexts: 0, deltas: 0 }, 'Trimming ends when nothing is old.');
    same(await idle(store, until), ['a', 'b', 'c'], 'Trimming deltas leaves the contexts.');
  }),

  contractCase('Records: each is written only at the revision that its writer read', {}, async ({ store }) => {
    same(await store.readRecord('r'), { value: null, revision: 0 }, 'A record that was never written is null, at 0.');
    same(await store.writeRecord('r', { n: 1 }, 1), false, 'A write at another revision is refused.');
    const answers = await Promise.all([1, 2, 3, 4].map((n) => store.writeRecord('r', { n }, 0)));
    same(answers.filter((isWritten) => isWritten).length, 1, 'Of concurrent writes at one revision, one wins.');
    const won = answers.indexOf(true) + 1;
    same(await store.readRecord('r'), { value: { n: won }, revision: 1 }, 'The record is that of the one that won.');
    same(await store.writeRecord('r', { n: 5 }, 1), true, 'A write at the revision read succeeds.');
    same(await store.readRecord('other'), { value: null, revision: 0 }, 'Records are independent of each other.');
  }),
];
