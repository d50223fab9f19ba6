import type { JsonObject } from '../../json.ts';
import type { Commit, Receipt, Snapshot } from '../store.ts';
import { type ContractCase, contractCase, type Trial } from './harness.ts';
import { Model } from './model.ts';
import { same, sameHead, sameLog, sameOutcome, sameReceipt, sameSnapshot } from './same.ts';

const SEQUENCES = 20;
const STEPS = 60;
const limits = { deltaThreshold: 3, receiptLimit: 6 };
const KEYS = ['a', 'b', '__proto__', 'c', 'd', 'e', 'f', 'g'];

/** Mulberry32 (Tommy Ettinger): small, and the same numbers for the same seed everywhere. */
function dice(seed: number): { roll(sides: number): number; pick<T>(items: readonly T[]): T | undefined } {
  let state = seed;
  const roll = (sides: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
  return { roll, pick: (items) => items[roll(items.length)] };
}

type Dice = ReturnType<typeof dice>;

/** A random step onwards from `head`, which need not be what stands. */
function randomCommit(
  { author }: Trial,
  { roll, pick }: Dice,
  head: Snapshot | null,
  receipts: readonly Receipt[],
): Commit {
  const context = (): JsonObject => ({
    [pick(KEYS) ?? '']: roll(3),
    [pick(KEYS) ?? '']: { [pick(KEYS) ?? '']: [roll(3)] },
  });
  if (head?.status !== 'live') {
    return roll(3) === 0 ? author.restore(head, context(), 1 + roll(9)) : author.begin(head, context(), receipts);
  }
  const kind = roll(10);
  if (kind === 0) return author.end(head, receipts);
  if (kind === 1) return author.restore(head, context(), head.position.version + 1 + roll(3), receipts);
  if (kind === 2) return author.note(head, receipts);
  return author.advance(head, Array.from({ length: 1 + roll(5) }, context), receipts);
}

async function compare(trial: Trial, seed: number): Promise<void> {
  const { store, author, told } = trial;
  const model = new Model(limits);
  const { roll, pick } = dice(seed);
  const ids = ['x', 'y', '🧩'].map((name) => `sequence ${seed} ${name}`);
  const past = new Map<string, (Snapshot | null)[]>(ids.map((id) => [id, [null]]));
  let story = '';
  const rule = (what: string): string => `${what} equals the model's. Sequence ${seed}: ${story.slice(-1500)}`;
  for (let step = 1; step <= STEPS; step += 1) {
    const id = pick(ids) ?? '';
    const heads = past.get(id) ?? [];
    const head = roll(4) === 0 ? (pick(heads) ?? null) : model.read(id);
    const receipts = Array.from({ length: roll(3) }, (_, n) => author.receipt(`${KEYS[roll(4) + 4 * n]}`));
    const commit = randomCommit(trial, { roll, pick }, head, receipts);
    const from = commit.expected ? `${commit.expected.version} of ${commit.expected.life}` : 'nothing';
    const keys = receipts.map(({ key }) => key).join(' ') || 'no receipts';
    const { status, position } = commit.next;
    story += `\n${step}. ${id}: from ${from} to ${status} ${position.version} of ${position.life}, ${keys}`;
    const expected = model.commit(id, commit);
    story += `: ${expected.kind}`;
    sameOutcome(await store.commit(id, commit), expected, rule('The outcome of the last commit'));
    heads.push(model.read(id));
    const after = roll(12);
    sameSnapshot(await store.read(id), model.read(id), rule('The head'));
    sameLog(await store.readLog(id, after), model.readLog(id, after), rule(`The log above ${after}`));
    const key = pick(KEYS) ?? '';
    sameReceipt(await store.findReceipt(id, key), model.findReceipt(id, key), rule(`The receipt ${key}`));
  }
  const listed = await store.list({ prefix: `sequence ${seed} `, after: null, limit: 10 });
  const expected = ids.flatMap((id) => model.list(id, ''));
  same(
    listed.map(({ id }) => id),
    expected.map(({ id }) => id),
    rule('The listing'),
  );
  for (const [i, { head }] of listed.entries())
    sameHead(head, expected[i]?.head ?? null, rule('A head in the listing'));
  await trial.settle();
  for (const id of ids) same(told.count(id), model.told.get(id) ?? 0, rule('How many commits were told'));
}

export const sequenceCases: readonly ContractCase[] = [
  contractCase(`Random sequences: ${SEQUENCES} of ${STEPS} steps do what a plain model does`, limits, async (trial) => {
    for (let seed = 1; seed <= SEQUENCES; seed += 1) await compare(trial, seed);
  }),
];
