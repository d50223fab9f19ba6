import assert from 'node:assert/strict';
import process from 'node:process';
import { actionOf, expected, groupChat } from './chord-context.ts';
import { graphqlOverHttp, type Side, statefulLibrary, statelessLibrary } from './chord-sides.ts';

/**
 * The four scenarios of Chord's README on the memory store. One operation of the single-context scenario sets a context and lets its 50
 * participants act at once; one of the other does so with 100 contexts of 10 participants each. Each operation has contexts of its own.
 * After each measurement the last operation's contexts are compared with what they must be, and the syncs' answers are told.
 */
const SCENARIOS = [
  { name: 'Single Context (50)', contexts: 1, participants: 50 },
  { name: 'Multiple Contexts (100)', contexts: 100, participants: 10 },
] as const;

const secondsPerRow = Number(process.env['BENCH_SECONDS'] ?? 3);

/** Runs operations on one side, each with ids of its own, and counts what its syncs answered. */
class Run {
  readonly answers = new Map<string, number>();
  readonly #side: Side;
  #count = 0;

  constructor(side: Side) {
    this.#side = side;
  }

  idOf(context: number): string {
    return `group:${this.#count}:${context}`;
  }

  async operation(contexts: number, participants: number): Promise<void> {
    this.#count += 1;
    const chat = groupChat(participants);
    await Promise.all(
      Array.from({ length: contexts }, async (_, i) => {
        const id = this.idOf(i);
        await this.#side.set(id, chat);
        const acts = Array.from({ length: participants }, (_, p) => this.#side.act(id, actionOf(p + 1)));
        for (const answer of await Promise.all(acts)) {
          if (answer !== null) this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
        }
      }),
    );
  }
}

/** Milliseconds that one operation takes on average, after a warm-up of a fifth of the time. */
async function measure(run: () => Promise<void>): Promise<number> {
  const until = async (seconds: number): Promise<{ readonly count: number; readonly ms: number }> => {
    const start = performance.now();
    let count = 0;
    do {
      await run();
      count += 1;
    } while (performance.now() - start < seconds * 1000);
    return { count, ms: performance.now() - start };
  };
  await until(secondsPerRow / 5);
  const { count, ms } = await until(secondsPerRow);
  return ms / count;
}

async function check(side: Side, run: Run, contexts: number, participants: number): Promise<void> {
  const { version, context } = expected(participants);
  for (let i = 0; i < contexts; i += 1) {
    const found = await side.read(run.idOf(i));
    assert.equal(found.version, version, 'Every update counts once.');
    assert.deepEqual(found.context, context);
  }
  assert.equal(
    run.answers.get('full'),
    undefined,
    'A sync from version 1 of a life that began there needs no whole context.',
  );
}

console.log('| **Scenario** | **Operations/sec** | **Average Time** | **Notes** |');
console.log('|---|---|---|---|');
for (const open of [statelessLibrary, statefulLibrary, graphqlOverHttp]) {
  for (const { name, contexts, participants } of SCENARIOS) {
    const side = await open();
    const run = new Run(side);
    const ms = await measure(() => run.operation(contexts, participants));
    await check(side, run, contexts, participants);
    await side.close();
    const answers = [...run.answers].map(([kind, count]) => `${count} ${kind}`).join(', ');
    console.log(
      `| ${side.name} - ${name} | ${(1000 / ms).toFixed(2)} ops/s | ${ms.toFixed(2)} ms | correct; syncs: ${answers} |`,
    );
  }
}
