import { describe, expect, it } from 'vitest';
import { Readiness } from '../../src/server/readiness.ts';
import { FakeClock } from '../helpers/fake-clock.ts';

function watched() {
  const clock = new FakeClock();
  const checks = { count: 0, run: async (): Promise<void> => {} };
  const readiness = new Readiness(clock, () => {
    checks.count += 1;
    return checks.run();
  });
  /** A second passes, and whatever checks follow by themselves. */
  const pass = async (): Promise<void> => {
    clock.elapse(1000);
    await clock.turn();
  };
  return { clock, checks, readiness, pass };
}

async function fail(): Promise<void> {
  throw new Error('It is away.');
}

describe('Readiness', () => {
  it('is what the first check says', async () => {
    const { checks, readiness } = watched();
    expect(await readiness.isReady()).toBe(true);
    const other = watched();
    other.checks.run = fail;
    expect(await other.readiness.isReady()).toBe(false);
    expect(checks.count).toBe(1);
  });

  it('is checked once a second, however many ask', async () => {
    const { checks, readiness, pass } = watched();
    await Promise.all([1, 2, 3].map(() => readiness.isReady()));
    await readiness.isReady();
    expect(checks.count).toBe(1);
    await pass();
    expect(checks.count).toBe(1);
    await readiness.isReady();
    expect(checks.count).toBe(2);
  });

  it('does not change by one check that fails, nor by one that succeeds', async () => {
    const { checks, readiness, pass } = watched();
    await readiness.isReady();
    const good = checks.run;
    for (const run of [fail, good, fail, good]) {
      checks.run = run;
      await pass();
      expect(await readiness.isReady()).toBe(true);
    }
    checks.run = fail;
    await pass();
    await readiness.isReady();
    await pass();
    expect(await readiness.isReady()).toBe(false);
    for (const run of [good, fail, good, fail]) {
      checks.run = run;
      await pass();
      expect(await readiness.isReady()).toBe(false);
    }
  });

  it('is checked again by itself while it is in doubt, and not any more', async () => {
    const { clock, checks, readiness, pass } = watched();
    await readiness.isReady();
    checks.run = fail;
    await pass();
    await readiness.isReady();
    await pass();
    expect(checks.count).toBe(3);
    await pass();
    expect([checks.count, clock.waiting]).toEqual([3, 0]);
    expect(await readiness.isReady()).toBe(false);
  });

  it('fails where there is no answer within a second', async () => {
    const { clock, checks, readiness } = watched();
    checks.run = () => new Promise(() => {});
    const isReady = readiness.isReady();
    clock.elapse(1000);
    expect(await isReady).toBe(false);
    expect(clock.waiting).toBe(0);
  });
});
