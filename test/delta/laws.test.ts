import fc from 'fast-check';
import { describe, test } from 'vitest';
import { laws } from './laws.ts';

/** The same laws with many more cases are in laws.slow.test.ts. */
const numRuns = 200;

describe('laws of deltas', () => {
  for (const { name, property } of laws) test(name, () => fc.assert(property, { numRuns }), 30_000);
});
