import { describe, expect, test } from 'vitest';
import { canaries } from './canary.ts';
import { gatherEvidence, summary } from './gather-evidence.ts';
import { threeServers, WINDOW } from './servers.ts';

describe('a run finds out a store that', () => {
  for (const { what, rule, seeds, operations, makeStore } of canaries) {
    test(`${what}: ${rule}`, async () => {
      for (const seed of seeds) {
        const urls = await threeServers(makeStore);
        const run = { urls, seed, operations, window: WINDOW, patienceMs: 500 };
        const evidence = await gatherEvidence(run);
        const rules = new Set(evidence.violations.map((violation) => violation.rule));
        expect(rules, summary(evidence)).toContain(rule);
      }
    });
  }
});
