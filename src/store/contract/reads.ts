import type { Log, Snapshot } from '../store.ts';
import { type ContractCase, contractCase, type Trial } from './harness.ts';
import { must, same, sameLog, sameSnapshot } from './same.ts';

const ID = 'context';
const COMMITS = 60;
const rule = '(3) Reads that follow writes';

/** What a context holds here: its own version, so that it shows when it comes with the head of another. */
function stamp(version: number): { version: number } {
  return { version };
}

/** Lets everything else have its turn, also a store that waits for the outside. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Looks again and again until `writing` has ended. */
async function during(writing: Promise<void>, looks: readonly (() => Promise<void>)[]): Promise<void> {
  let isDone = false;
  const reader = async (look: () => Promise<void>): Promise<void> => {
    for (let n = 1; !isDone; n += 1) {
      await look();
      if (n % 8 === 0) await turn();
    }
  };
  const end = writing.finally(() => {
    isDone = true;
  });
  // All of them, so that none is left running when the store is closed.
  for (const result of await Promise.allSettled([...looks.map(reader), end])) {
    if (result.status === 'rejected') throw result.reason;
  }
}

/** Lives of ten versions, one after the other, ended or replaced. */
async function manyLives({ author, put }: Trial): Promise<void> {
  let head = await put(ID, author.begin(null, stamp(1)));
  for (let n = 1; n < COMMITS; n += 1) {
    if (n % 4 === 0) await turn();
    if (n % 20 === 0) head = await put(ID, author.restore(head, stamp(1), 1));
    else if (n % 10 === 0) head = await put(ID, author.begin(await put(ID, author.end(head)), stamp(1)));
    else head = await put(ID, author.advance(head, [stamp(head.position.version + 1)]));
  }
}

function belongTogether(snapshot: Snapshot | null): void {
  if (snapshot?.status !== 'live') return;
  const of = `A head of version ${snapshot.position.version} came with the context`;
  same(snapshot.context['version'], snapshot.position.version, `A head comes with its own context. ${of} of another:`);
}

function chains({ head, entries }: Log, after: number): void {
  const text = entries.map(({ version, fromTag, tag }) => `${version} (${fromTag} to ${tag})`).join(', ');
  const shown = `The log above ${after} of the head ${JSON.stringify(head?.position)} was: ${text || 'empty'}.`;
  for (const [i, entry] of entries.entries()) {
    const before = entries[i - 1];
    if (!before) continue;
    must(entry.version === before.version + 1, `Entries are consecutive. ${shown}`);
    must(entry.fromTag === before.tag, `Each entry starts from the tag that the one before it made. ${shown}`);
  }
  must((entries[0]?.version ?? after + 1) > after, `Only entries above the version asked for come. ${shown}`);
  if (head?.status !== 'live') {
    must(entries.length === 0, `Only a live head has entries. ${shown}`);
    return;
  }
  const last = entries.at(-1);
  // Without entries nothing was made above that version; a life that begins by restoring has none for its first version.
  const isWhole = last ? last.tag === head.position.tag : head.position.version <= Math.max(after, 1);
  must(isWhole, `A head comes with its own log, up to the entry that made it. ${shown}`);
}

export const readCases: readonly ContractCase[] = [
  contractCase(`${rule}: what was answered is read at once`, {}, async ({ store, author, put }) => {
    const begin = author.begin(null, { n: 0 });
    let head = await put(ID, begin);
    for (let n = 1; n <= 20; n += 1) {
      const commit = author.advance(head, [{ n }]);
      head = await put(ID, commit);
      const [snapshot, log, listed] = await Promise.all([
        store.read(ID),
        store.readLog(ID, head.position.version - 1),
        store.list({ prefix: ID, after: null, limit: 1 }),
      ]);
      sameSnapshot(snapshot, head, 'A read after the answer sees the commit.');
      sameLog(log, { head, entries: commit.entries }, 'A log read after the answer holds the commit.');
      same(listed[0]?.head.position.version, head.position.version, 'A listing after the answer shows the commit.');
    }
  }),

  contractCase(`${rule}: heads, contexts and logs belong together while commits race`, {}, async (trial) => {
    const { store } = trial;
    const logAbove = (after: number) => async (): Promise<void> => chains(await store.readLog(ID, after), after);
    const contexts = async (): Promise<void> => belongTogether(await store.read(ID));
    const looks = [contexts, logAbove(0), logAbove(4), logAbove(9)];
    await during(manyLives(trial), [...looks, ...looks, ...looks]);
  }),

  contractCase(`${rule}: no read goes back behind an answer, or behind a read before it`, {}, async (trial) => {
    const { store, author, put } = trial;
    let head = await put(ID, author.begin(null, { n: 1 }));
    let answered = 1;
    const never = (back: () => Promise<number>) => {
      let seen = 0;
      return async (): Promise<void> => {
        const least = Math.max(seen, answered);
        seen = await back();
        must(seen >= least, `A read came back with version ${seen} after version ${least} had been answered or read.`);
      };
    };
    const writing = async (): Promise<void> => {
      for (let n = 2; n <= COMMITS; n += 1) {
        if (n % 4 === 0) await turn();
        head = await put(ID, author.advance(head, [{ n }]));
        answered = n;
      }
    };
    await during(writing(), [
      never(async () => (await store.read(ID))?.position.version ?? 0),
      never(async () => (await store.readLog(ID, 0)).head?.position.version ?? 0),
      never(async () => (await store.list({ prefix: ID, after: null, limit: 1 }))[0]?.head.position.version ?? 0),
    ]);
  }),
];
