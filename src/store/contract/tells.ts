import type { Snapshot } from '../store.ts';
import { type ContractCase, contractCase } from './harness.ts';
import { must, same } from './same.ts';

const ID = 'context';
const rule = '(6) Commits are told';

export const tellCases: readonly ContractCase[] = [
  contractCase(`${rule}: each that moves the head once, and nothing else`, {}, async (trial) => {
    const { store, author, put, told } = trial;
    const expected: [string, number][] = [];
    const check = async (what: string, count: number): Promise<void> => {
      expected.push([what, count]);
      await trial.settle();
      same(
        told.count(ID),
        count,
        `After ${expected.map(([made]) => made).join(', ')}, this many commits have been told:`,
      );
    };
    const first = await put(ID, author.begin(null, { n: 1 }));
    await check('a first version', 1);
    const live = await put(ID, author.advance(first, [{ n: 2 }, { n: 3 }, { n: 4 }]));
    await check('a commit of three versions', 2);
    await put(ID, author.note(live, [author.receipt('a')]));
    await check('a commit of receipts alone', 2);
    await store.commit(ID, author.advance(first, [{ late: true }]));
    await check('a conflict', 2);
    await store.commit(ID, author.advance(live, [{ again: true }], [author.receipt('a')]));
    await check('a repeated request', 2);
    const tombstone = await put(ID, author.end(live));
    await check('a deletion', 3);
    const next = await put(ID, author.begin(tombstone, {}));
    await check('a new life', 4);
    await put(ID, author.restore(next, {}, 9));
    await check('a restored life', 5);
    await Promise.all([store.read(ID), store.readLog(ID, 0), store.list({ prefix: '', after: null, limit: 9 })]);
    await check('reads', 5);
  }),

  contractCase(`${rule}: by the id it was made on`, {}, async (trial) => {
    const { author, put, told } = trial;
    const ids = ['a', 'a:b', 'A', '*', 'x\ny', '__proto__', 'é', 'e\u0301', '🧩'];
    for (const id of ids) await put(id, author.begin(null, {}));
    await trial.settle();
    for (const id of ids)
      same(told.count(id), 1, `The commit on ${JSON.stringify(id)} is told by exactly that id. Told:`);
  }),

  contractCase(`${rule}: once they can be read, never before`, {}, async (trial) => {
    const { store, author, put, told } = trial;
    let sent: Snapshot | null = null;
    const looks: Promise<void>[] = [];
    const look = async (expected: Snapshot): Promise<void> => {
      const [snapshot, log] = await Promise.all([store.read(ID), store.readLog(ID, 0)]);
      for (const head of [snapshot, log.head]) {
        const version = head === null ? 'nothing' : `version ${head.position.version} (${head.status})`;
        const message = `Whoever hears of a commit can read it. Told of version ${expected.position.version}`;
        must(
          head?.position.tag === expected.position.tag,
          `${message} (${expected.status}), a reader found ${version}.`,
        );
      }
    };
    told.onTell((id) => {
      if (id === ID && sent !== null) looks.push(look(sent));
    });
    const step = async <S extends Snapshot>(commit: Parameters<typeof put<S>>[1], count: number): Promise<S> => {
      sent = commit.next;
      await put(ID, commit);
      await told.reaches(ID, count);
      await Promise.all(looks);
      return commit.next;
    };
    const first = await step(author.begin(null, { n: 1 }), 1);
    const second = await step(author.advance(first, [{ n: 2 }, { n: 3 }]), 2);
    const tombstone = await step(author.end(second), 3);
    const next = await step(author.begin(tombstone, {}), 4);
    await step(author.restore(next, {}, 5), 5);
    same(looks.length, 5, 'Each commit is told once.');
  }),
];
