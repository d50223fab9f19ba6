import { expect, test } from 'vitest';
import { gatherEvidence, summary } from './gather-evidence.ts';
import { badWeather, threeProcesses } from './redis-world.ts';
import { WINDOW } from './servers.ts';

const minutes = Number(process.env['SOAK_MINUTES'] ?? 120);
const firstSeed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e6));

test(`${minutes} minutes of writers, subscribers and faults on three processes and one Redis break no promise`, async () => {
  const { redis, urls, processes } = await threeProcesses();
  const endsAt = performance.now() + minutes * 60_000;
  for (let seed = firstSeed; performance.now() < endsAt; seed += 1) {
    const meanwhile = badWeather(redis, 40, 100);
    const evidence = await gatherEvidence({ urls, seed, operations: 5000, window: WINDOW, meanwhile });
    console.log(summary(evidence));
    expect(evidence.violations, `SEED=${seed} npm run soak\n${summary(evidence)}`).toEqual([]);
    for (const { child } of processes) expect(child.exitCode).toBeNull();
    // Each round has contexts of its own: nothing of the last one is needed.
    const client = redis.connect();
    await client.flushall().finally(() => client.disconnect());
  }
});
