import { expect, test } from 'vitest';
import { findFault, report, simulate } from './simulation.ts';

const TEN_MINUTES = 600_000;
/** To see one seed alone, with all that happens in it. */
const seed = process.env['SEED'];

if (seed === undefined) {
  test(
    'the simulation of watching finds no fault in 10,000 seeds',
    async () => {
      const found = await findFault(1, 10_000);
      if (found) expect.fail(report(found));
    },
    TEN_MINUTES,
  );
} else {
  test(`the simulation of watching finds no fault in seed ${seed}`, async () => {
    const outcome = await simulate(Number(seed), { isTraced: true });
    console.log(outcome.trace.join('\n'));
    if (outcome.fault !== null) expect.fail(report(outcome));
  });
}
