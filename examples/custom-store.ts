// A store of one's own: the memory store, with a journal from which a next process finds everything again.

import type { Commit, CommitOf, CommitOutcome, JointOutcome, MemoryStoreOptions } from '../src/index.ts'; // 'arpeggio'
import { ContextManager, MemoryFeed, MemoryStore, systemClock } from '../src/index.ts';
import { storeContract } from '../src/store/contract.ts'; // 'arpeggio/testing'

/** What outlives the process: a Map here, a file or a queue elsewhere. Each line is one commit. */
type Journal = Map<number, string>;

class JournaledStore extends MemoryStore {
  readonly #journal: Journal;
  #lines: number;

  constructor(options: MemoryStoreOptions, journal: Journal) {
    super(options);
    this.#journal = journal;
    this.#lines = Math.max(0, ...journal.keys());
  }

  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    return this.#writtenAhead([{ id, commit }], () => super.commit(id, commit));
  }

  /** Several that are one are one line: a process that ends in between leaves all of them or none. */
  override async commitAll(commits: readonly CommitOf[]): Promise<JointOutcome> {
    return this.#writtenAhead(commits, () => super.commitAll(commits));
  }

  /** Nobody can read a commit that the journal does not have. */
  async #writtenAhead<O extends { kind: string }>(commits: readonly CommitOf[], write: () => Promise<O>): Promise<O> {
    this.#lines += 1;
    const line = this.#lines;
    this.#journal.set(line, JSON.stringify(commits));
    const outcome = await write();
    if (outcome.kind !== 'committed') this.#journal.delete(line);
    return outcome;
  }

  /** Makes every commit again. (A real journal would also be shortened, and keep the cleanup server's record.) */
  async replay(): Promise<void> {
    for (const line of this.#journal.values()) {
      const commits = JSON.parse(line) as CommitOf[];
      const again = commits.map(async ({ id, commit }) => {
        const stands = await this.read(id);
        // Its tombstone had been forgotten when this commit was made; here no time has passed.
        const expected = commit.expected ?? (stands?.status === 'ended' ? stands.position : null);
        return { id, commit: { ...commit, expected } };
      });
      await super.commitAll(await Promise.all(again));
    }
  }
}

// Every store must keep the contract.
let now = 0;
for (const { run } of storeContract) {
  const clock = { ...systemClock(), monotonic: () => now };
  await run({
    create: async (options) => new JournaledStore({ ...options, clock }, new Map()),
    elapse: async (ms) => {
      now += ms;
    },
  });
}
console.log(`It keeps all ${storeContract.length} cases of the contract.`);

// A process that ends, and another that goes on from the journal.
const journal: Journal = new Map();

async function start(): Promise<ContextManager> {
  const feed = new MemoryFeed();
  const store = new JournaledStore({ tell: (id) => feed.tell(id) }, journal);
  await store.replay();
  return new ContextManager({ store, feed });
}

const before = await start();
const { context } = await before.set('room:1', { topic: 'tea' });
await before.update('room:1', { people: { ada: 'online' } });
before.close();

const after = await start();
const synced = await after.sync('room:1', { cursor: context.cursor });
console.log(`After a restart, version ${context.version} gets a ${synced.kind} to version ${synced.version}.`);
after.close();
