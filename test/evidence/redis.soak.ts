import { expect, test } from 'vitest';
import { gatherEvidence, summary } from './gather-evidence.ts';
import { growth, type Holding, holdingOf } from './growth.ts';
import { badWeather, type Fault, redisFaults, threeProcesses } from './redis-world.ts';
import { WINDOW } from './servers.ts';

const minutes = Number(process.env['SOAK_MINUTES'] ?? 120);
const firstSeed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e6));

/** How much more there may be in the last third of the rounds than in the one before. Of memory, garbage comes and goes by a quarter. */
const MOST_GROWTH = { memory: 1.5, handles: 1.25 };

test(`${minutes} minutes of writers, subscribers and faults on three processes and one Redis break no promise`, async () => {
  const { redis, stations, urls } = await threeProcesses();
  const [lasting, killed, stopped] = stations;
  const faults: readonly Fault[] = [
    ...redisFaults,
    () => killed.restart('SIGKILL'),
    async () => expect(await stopped.restart('SIGTERM')).toBe(0),
  ];
  const holdings: Holding[] = [];
  const endsAt = performance.now() + minutes * 60_000;
  for (let seed = firstSeed; performance.now() < endsAt; seed += 1) {
    const meanwhile = badWeather(redis, 42, 100, faults);
    const evidence = await gatherEvidence({ urls, seed, operations: 5000, window: WINDOW, meanwhile });
    const holding = holdingOf(Number(lasting.main.child.pid));
    holdings.push(holding);
    console.log(`${summary(evidence)} ${JSON.stringify(holding)}`);
    expect(evidence.violations, `SEED=${seed} npm run soak\n${summary(evidence)}`).toEqual([]);
    for (const { main } of stations) expect(main.child.exitCode).toBeNull();
    // Each round has contexts of its own: nothing of the last one is needed.
    const client = redis.connect();
    await client.flushall().finally(() => client.disconnect());
  }
  const memory = growth(holdings.map(({ residentMiB }) => residentMiB));
  const handles = growth(holdings.map((holding) => holding.handles ?? 1));
  console.log(`Growth: ${memory.toFixed(3)} x memory, ${handles.toFixed(3)} x handles, in ${holdings.length} rounds.`);
  expect(memory).toBeLessThan(MOST_GROWTH.memory);
  expect(handles).toBeLessThan(MOST_GROWTH.handles);
});
