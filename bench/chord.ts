import assert from 'node:assert/strict';
import process from 'node:process';
import { actionOf, expected, groupChat } from './chord-context.ts';
import { graphqlOverHttp, type Side, statefulLibrary, statelessLibrary } from './chord-sides.ts';

/**
 * The four scenarios of Chord's README on the memory store. One operation of the single-context scenario sets the context and lets its 50
 * participants act at once; one of the other does so with 100 contexts of 10 participants each. After each measurement the last
 * operation's contexts are compared with what they must be.
 */
const SCENARIOS = [
  { name: 'Single Context (50)', contexts: 1, participants: 50 },
  { name: 'Multiple Contexts (100)', contexts: 100, participants: 10 },
] as const;

const secondsPerRow = Number(process.env['BENCH_SECONDS'] ?? 3);

async function operation(side: Side, contexts: number, participants: number): Promise<void> {
  const chat = groupChat(participants);
  await Promise.all(
    Array.from({ length: contexts }, async (_, i) => {
      const id = `group:${i}`;
      await side.set(id, chat);
      await Promise.all(Array.from({ length: participants }, (_, p) => side.act(id, actionOf(p + 1))));
    }),
  );
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

async function check(side: Side, contexts: number, participants: number): Promise<void> {
  const { version, context } = expected(participants);
  for (let i = 0; i < contexts; i += 1) {
    const found = await side.read(`group:${i}`);
    assert.equal(found.version, version, 'Every update counts once.');
    assert.deepEqual(found.context, context);
  }
}

console.log('| **Scenario** | **Operations/sec** | **Average Time** | **Notes** |');
console.log('|---|---|---|---|');
for (const open of [statelessLibrary, statefulLibrary, graphqlOverHttp]) {
  for (const { name, contexts, participants } of SCENARIOS) {
    const side = await open();
    const ms = await measure(() => operation(side, contexts, participants));
    await check(side, contexts, participants);
    await side.close();
    console.log(`| ${side.name} - ${name} | ${(1000 / ms).toFixed(2)} ops/s | ${ms.toFixed(2)} ms | correct |`);
  }
}
