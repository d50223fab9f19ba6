import { describe, expect, test } from 'vitest';
import { brokenWatches } from './broken-watches.ts';
import { findFault, report, simulate } from './simulation.ts';

describe('the simulation of watching', () => {
  test('finds no fault in 300 seeds', async () => {
    const found = await findFault(1, 300);
    if (found) expect.fail(report(found));
  });

  test('plays the same seed the same way each time', async () => {
    const first = await simulate(4711, { isTraced: true });
    expect(first.trace.length).toBeGreaterThan(50);
    expect(await simulate(4711, { isTraced: true })).toEqual(first);
  });

  test('says which seed to play again, and what led to the fault', async () => {
    const found = await findFault(1, 100, brokenWatches['tells the second event twice']);
    expect(report(found!)).toMatch(/^Seed (\d+): the event .*\n.* watches .* FAULT: .*SEED=\1 npx vitest run/s);
  });
});

describe('within 100 seeds the simulation finds a watch that', () => {
  for (const [name, watch] of Object.entries(brokenWatches)) {
    test(name, async () => {
      expect(await findFault(1, 100, watch)).not.toBeNull();
    });
  }
});
