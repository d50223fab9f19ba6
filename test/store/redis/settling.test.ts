import { describe, expect, test } from 'vitest';
import { StoreUnavailableError } from '../../../src/errors.ts';
import { Author } from '../../../src/store/contract/author.ts';
import { MemoryStore } from '../../../src/store/memory-store.ts';
import { settle } from '../../../src/store/redis-settling.ts';
import { type Commit, type CommitOutcome, type LiveContext, onlyOutcome } from '../../../src/store/store.ts';

const ID = 'a';

/** A commit whose first attempt was executed or not, what others did then, and the same commit once more. */
class Story {
  readonly store = new MemoryStore({ deltaThreshold: 3 });
  readonly author = new Author();

  async put<C extends Commit>(commit: C): Promise<C['next']> {
    expect(await this.store.commit(ID, commit)).toEqual({ kind: 'committed' });
    return commit.next;
  }

  /** What is made of the second attempt, which must not be executed. */
  async again(commit: Commit): Promise<CommitOutcome> {
    let refusal = await this.store.commit(ID, commit);
    if (refusal.kind === 'committed') throw new Error('The second attempt was executed.');
    // As brief as the log of a conflict may be.
    if (refusal.kind === 'conflict') refusal = { ...refusal, log: { ...refusal.log, entries: [] } };
    return onlyOutcome(await settle([{ id: ID, commit }], [refusal], (id, after) => this.store.readLog(id, after)));
  }
}

const committed = { kind: 'committed' };
const unknown = new StoreUnavailableError({ applied: 'UNKNOWN' });

describe('a commit that is sent again after it had been executed', () => {
  test('is known by the head', async () => {
    const story = new Story();
    const begin = story.author.begin(null, { n: 1 });
    const first = await story.put(begin);
    expect(await story.again(begin)).toEqual(committed);
    const advance = story.author.advance(first, [{ n: 2 }, { n: 3 }]);
    const live = await story.put(advance);
    expect(await story.again(advance)).toEqual(committed);
    const end = story.author.end(live);
    await story.put(end);
    expect(await story.again(end)).toEqual(committed);
  });

  test('is known by the log when others have gone on', async () => {
    const story = new Story();
    const begin = story.author.begin(null, { n: 1 });
    const first = await story.put(begin);
    const advance = story.author.advance(first, [{ n: 2 }]);
    await story.put(story.author.advance(await story.put(advance), [{ n: 3 }]));
    expect(await story.again(begin)).toEqual(committed);
    expect(await story.again(advance)).toEqual(committed);
  });

  test('is known by the life that only it can have begun', async () => {
    const story = new Story();
    const begin = story.author.begin(null, { n: 0 });
    await story.put(story.author.advance(await story.put(begin), [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]));
    expect((await story.store.readLog(ID, 0)).entries).toHaveLength(3);
    expect(await story.again(begin)).toEqual(committed);
  });

  test('is known by its receipts', async () => {
    const story = new Story();
    const first = await story.put(story.author.begin(null, { n: 1 }));
    const advance = story.author.advance(first, [{ n: 2 }]);
    const receipt = { ...story.author.receipt('r'), position: advance.next.position };
    const commit = { ...advance, receipts: [receipt] };
    await story.put(story.author.end(await story.put(commit)));
    expect(await story.again(commit)).toEqual(committed);
    const note = story.author.note(await story.put(story.author.restore(await story.store.read(ID), {}, 9)), [
      story.author.receipt('s'),
    ]);
    await story.put(note);
    expect(await story.again(note)).toEqual(committed);
  });

  test('may be past telling: its outcome is unknown, and said to be', async () => {
    const story = new Story();
    const first = await story.put(story.author.begin(null, { n: 0 }));
    const advance = story.author.advance(first, [{ n: 1 }]);
    const live = await story.put(advance);
    await story.put(story.author.advance(live, [{ n: 2 }, { n: 3 }, { n: 4 }, { n: 5 }]));
    await expect(story.again(advance)).rejects.toEqual(unknown);
    const head = await story.store.read(ID);
    if (head?.status !== 'live') throw new Error('It is live.');
    await story.put(story.author.begin(await story.put(story.author.end(head)), {}));
    await expect(story.again(advance)).rejects.toEqual(unknown);
  });
});

describe('a commit that is sent again and had not been executed', () => {
  test('is a conflict with what another made of the same position', async () => {
    const story = new Story();
    const first = await story.put(story.author.begin(null, { n: 1 }));
    const advance = story.author.advance(first, [{ n: 2 }]);
    const end = story.author.end(first);
    const other = story.author.advance(first, [{ n: 3 }]);
    await story.put(other);
    for (const commit of [advance, end]) {
      expect(await story.again(commit)).toMatchObject({ kind: 'conflict', log: { head: other.next } });
    }
  });

  test('is a conflict with an end that another made', async () => {
    const story = new Story();
    const first = await story.put(story.author.begin(null, { n: 1 }));
    const ours = [story.author.advance(first, [{ n: 2 }]), story.author.end(first)];
    await story.put(story.author.end(first));
    for (const commit of ours) expect(await story.again(commit)).toMatchObject({ kind: 'conflict' });
  });

  test('is a conflict with the first life there was, where it wanted to begin one', async () => {
    const story = new Story();
    await story.put(story.author.begin(null, { n: 1 }));
    expect(await story.again(story.author.begin(null, { n: 2 }))).toMatchObject({ kind: 'conflict' });
  });

  test('is repeated where another process left the receipt', async () => {
    const story = new Story();
    const first = await story.put(story.author.begin(null, { n: 1 }));
    const receipt = story.author.receipt('r');
    await story.put(story.author.advance(first, [{ n: 2 }], [receipt]));
    expect(await story.again(story.author.advance(first, [{ n: 2 }], [story.author.receipt('r')]))).toEqual({
      kind: 'repeated',
      receipts: [receipt],
    });
    const head = await story.store.read(ID);
    if (head === null) throw new Error('It is there.');
    expect(await story.again(story.author.note(head, [story.author.receipt('r')]))).toMatchObject({ kind: 'repeated' });
  });
});

describe('several commits that are sent again as one', () => {
  /** Two contexts, and a commit on each; then the same once more. */
  async function prepared() {
    const story = new Story();
    const { author, store } = story;
    const heads = await Promise.all(
      ['a', 'b'].map(async (id) => {
        const begin = author.begin(null, { n: 1 });
        await store.commit(id, begin);
        return begin.next;
      }),
    );
    const [a, b] = heads as [LiveContext, LiveContext];
    const commits = [
      { id: 'a', commit: author.advance(a, [{ n: 2 }], [author.receipt('r')]) },
      { id: 'b', commit: author.note(b, [author.receipt('s')]) },
    ];
    const settled = async () => {
      const refused = await store.commitAll(commits);
      if (refused.kind === 'committed') throw new Error('The second attempt was executed.');
      return settle(commits, refused.refusals, (id, after) => store.readLog(id, after));
    };
    return { story, commits, a, b, settled };
  }

  test('are known by any one that moved something', async () => {
    const { story, commits, settled } = await prepared();
    await story.store.commitAll(commits);
    expect(await settled()).toEqual(committed);
  });

  test('were not executed where one that moves something was not', async () => {
    const { story, a, b, settled } = await prepared();
    await story.store.commit('a', story.author.advance(a, [{ n: 3 }]));
    expect(await settled()).toMatchObject({ kind: 'refused', refusals: [{ kind: 'conflict' }, null] });
    // Nor do receipts of others make them executed, equal or not.
    await story.store.commit('b', story.author.note(b, [story.author.receipt('s')]));
    expect(await settled()).toMatchObject({ kind: 'refused', refusals: [null, { kind: 'repeated' }] });
  });

  test('may be past telling', async () => {
    const { story, commits, settled } = await prepared();
    const { store, author } = story;
    const moved = commits.map(({ id, commit }) => ({ id, commit: { ...commit, receipts: [] } }));
    await store.commitAll(moved);
    let head = moved[0]?.commit.next as LiveContext;
    for (let n = 3; n < 8; n += 1) {
      const next = author.advance(head, [{ n }]);
      await store.commit('a', next);
      head = next.next;
    }
    await expect(settled()).rejects.toEqual(unknown);
  });

  test('that only leave receipts are known by theirs', async () => {
    const { story, b } = await prepared();
    const { author, store } = story;
    const notes = [{ id: 'b', commit: author.note(b, [author.receipt('x')]) }];
    await store.commitAll(notes);
    const refused = await store.commitAll(notes);
    if (refused.kind === 'committed') throw new Error('The second attempt was executed.');
    const readLog = (id: string, after: number) => store.readLog(id, after);
    expect(await settle(notes, refused.refusals, readLog)).toEqual(committed);
    const others = [{ id: 'b', commit: author.note(b, [author.receipt('x')]) }];
    expect(await settle(others, refused.refusals, readLog)).toMatchObject({ kind: 'refused' });
  });
});
