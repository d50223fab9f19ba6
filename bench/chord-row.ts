import assert from 'node:assert/strict';
import process from 'node:process';
import { actionOf, expected, groupChat } from './chord-context.ts';
import { type Backing, openSide, type Side, type SideName } from './chord-sides.ts';

/** One row of the table, in a process of its own. */
export interface Row {
  readonly side: SideName;
  readonly backing: Backing;
  readonly contexts: number;
  readonly participants: number;
  readonly seconds: number;
}

export interface RowResult {
  readonly operations: number;
  /** That one operation takes, on average. */
  readonly ms: number;
  /** What the syncs were answered, by kind. */
  readonly answers: { readonly [kind: string]: number };
}

/** Runs operations on one side, each with ids of its own, and counts what its syncs answered. */
class Run {
  readonly answers: { [kind: string]: number } = {};
  readonly #side: Side;
  readonly #row: Row;
  #count = 0;

  constructor(side: Side, row: Row) {
    this.#side = side;
    this.#row = row;
  }

  ids(): string[] {
    return Array.from({ length: this.#row.contexts }, (_, i) => `group:${this.#count}:${i}`);
  }

  /** The milliseconds of one operation. What the one before has left is taken away first, outside of them. */
  async operation(): Promise<number> {
    if (this.#count > 0) await Promise.all(this.ids().map((id) => this.#side.forget(id)));
    this.#count += 1;
    const chat = groupChat(this.#row.participants);
    const ids = this.ids();
    const start = performance.now();
    await Promise.all(ids.map((id) => this.#chat(id, chat)));
    return performance.now() - start;
  }

  async #chat(id: string, chat: ReturnType<typeof groupChat>): Promise<void> {
    await this.#side.set(id, chat);
    const acts = Array.from({ length: this.#row.participants }, (_, p) => this.#side.act(id, actionOf(p + 1)));
    for (const answer of await Promise.all(acts)) {
      if (answer !== null) this.answers[answer] = (this.answers[answer] ?? 0) + 1;
    }
  }
}

/** After a warm-up of a fifth of the time. */
async function measure(run: Run, seconds: number): Promise<Pick<RowResult, 'operations' | 'ms'>> {
  const until = async (end: number): Promise<Pick<RowResult, 'operations' | 'ms'>> => {
    let operations = 0;
    let total = 0;
    do {
      total += await run.operation();
      operations += 1;
    } while (total < end * 1000);
    return { operations, ms: total / operations };
  };
  await until(seconds / 5);
  return until(seconds);
}

async function check(side: Side, run: Run, participants: number): Promise<void> {
  const { version, context } = expected(participants);
  for (const id of run.ids()) {
    const found = await side.read(id);
    assert.equal(found.version, version, 'Every update counts once.');
    assert.deepEqual(found.context, context);
  }
  assert.equal(
    run.answers['full'],
    undefined,
    'A sync from version 1 of a life that began there needs no whole context.',
  );
}

const row = JSON.parse(process.argv[2] ?? '') as Row;
const side = await openSide(row.side, row.backing);
const run = new Run(side, row);
const { operations, ms } = await measure(run, row.seconds);
await check(side, run, row.participants);
await side.close();
process.send?.({ operations, ms, answers: run.answers } satisfies RowResult);
process.disconnect();
