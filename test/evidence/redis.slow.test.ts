import { expect, test } from 'vitest';
import { gatherEvidence, summary } from './gather-evidence.ts';
import { badWeather, threeProcesses } from './redis-world.ts';
import { WINDOW } from './servers.ts';

const OPERATIONS = 10_000;
const TEN_MINUTES = 600_000;
/** To see one run again. (Its wishes are the same; what becomes of them in time is not.) */
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e6));

test(
  '10,000 operations of 12 clients on three processes and one Redis are what one after the other would be',
  async () => {
    const { urls, stations } = await threeProcesses();
    const evidence = await gatherEvidence({ urls, seed, operations: OPERATIONS, window: WINDOW });
    console.log(summary(evidence));
    expect(evidence.violations, summary(evidence)).toEqual([]);
    expect(evidence.numbers.operations).toBeGreaterThanOrEqual(OPERATIONS);
    expect(evidence.numbers.conflictShare).toBeGreaterThanOrEqual(0.2);
    expect(evidence.numbers.unknown).toBe(0);
    for (const { main } of stations) expect(main.stderr).toBe('');
  },
  TEN_MINUTES,
);

test(
  'so they are while Redis is killed and restarted, its connections cut and its scripts flushed',
  async () => {
    const { redis, urls, stations } = await threeProcesses();
    const meanwhile = badWeather(redis, 20, 200);
    const evidence = await gatherEvidence({ urls, seed, operations: OPERATIONS / 2, window: WINDOW, meanwhile });
    console.log(summary(evidence));
    expect(evidence.violations, summary(evidence)).toEqual([]);
    for (const { main } of stations) expect(main.child.exitCode).toBeNull();
  },
  TEN_MINUTES,
);
