import { expect, test } from 'vitest';
import { canaries } from './canary.ts';
import { CuttableWay } from './cuttable-way.ts';
import { gatherEvidence, summary } from './gather-evidence.ts';
import { threeServers, WINDOW } from './servers.ts';

const TEN_MINUTES = 600_000;

test(
  'in 10,000 operations over connections that break nothing is lost, doubled or missed',
  async () => {
    const ways = await Promise.all((await threeServers()).map((url) => CuttableWay.to(url)));
    const evidence = await gatherEvidence({
      urls: ways.map(({ url }) => url),
      seed: 3,
      operations: 10_000,
      window: WINDOW,
      async meanwhile(progress) {
        for (let round = 0; round < 150; round += 1) {
          await progress.passed(60);
          ways[round % ways.length]?.cut();
        }
      },
    });
    expect(evidence.violations, summary(evidence)).toEqual([]);
    expect(evidence.numbers.operations).toBeGreaterThanOrEqual(10_000);
    expect(evidence.numbers.conflictShare).toBeGreaterThan(0.2);
    expect(evidence.numbers.unknown).toBeGreaterThan(100);
  },
  TEN_MINUTES,
);

test(
  'whatever the seed, a run finds out a store that reads, then writes',
  async () => {
    const [canary] = canaries;
    for (let seed = 4; seed <= 23; seed += 1) {
      const urls = await threeServers(canary?.makeStore);
      const evidence = await gatherEvidence({ urls, seed, operations: 400, window: WINDOW, patienceMs: 500 });
      const rules = evidence.violations.map(({ rule }) => rule);
      expect(rules, summary(evidence)).toContain(canary?.rule);
    }
  },
  TEN_MINUTES,
);
