import fc from 'fast-check';
import { describe, test } from 'vitest';
import { laws } from './laws.ts';

const numRuns = 10_000;

describe('laws of deltas, 10,000 cases each', () => {
  for (const { name, property } of laws) test(name, () => fc.assert(property, { numRuns }), 300_000);
});
