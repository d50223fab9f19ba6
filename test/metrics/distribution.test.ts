import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Distribution } from '../../src/metrics/distribution.ts';

const value = fc.oneof(fc.constantFrom(0, 1, 2, 5), fc.double({ min: 0, max: 10, noNaN: true }));

describe('A distribution', () => {
  it('tells what a histogram of prom-client would, with a label and without', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, fc.constantFrom('a', 'b'))), fc.boolean(), async (seen, isLabelled) => {
        const [ours, theirs] = [new Registry(), new Registry()];
        const config = { name: 'x', help: 'What.', labelNames: isLabelled ? ['of'] : [], buckets: [1, 2, 5] };
        const distribution = new Distribution({ ...config, registers: [ours] });
        const histogram = new Histogram({ ...config, registers: [theirs] });
        for (const [each, label] of seen) {
          distribution.add(each, isLabelled ? label : undefined);
          if (isLabelled) histogram.observe({ of: label }, each);
          else histogram.observe(each);
        }
        const linesOf = async (registry: Registry): Promise<readonly string[]> =>
          (await registry.metrics())
            .split('\n')
            .map((line) => line.replace(/\{(.*)\}/, (_, all) => all.split(',').sort().join()));
        expect(await linesOf(ours)).toEqual(await linesOf(theirs));
      }),
    );
  });
});
