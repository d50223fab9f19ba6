import { expect, it } from 'vitest';
import { spread } from '../../src/server/spread.ts';
import { FakeClock } from '../helpers/fake-clock.ts';

/** When each of so many left, in milliseconds from the first. */
async function leavingTimes(count: number, windowMs: number): Promise<readonly number[]> {
  const clock = new FakeClock();
  const times: number[] = [];
  const leave = Array.from({ length: count }, () => () => void times.push(clock.monotonic()));
  const done = spread(leave, windowMs, clock);
  while (times.length < count) {
    clock.elapse(1);
    await clock.turn();
  }
  await done;
  return times;
}

it('the first leaves at once, the others ten milliseconds apart', async () => {
  expect(await leavingTimes(0, 1000)).toEqual([]);
  expect(await leavingTimes(1, 1000)).toEqual([0]);
  expect(await leavingTimes(4, 1000)).toEqual([0, 10, 20, 30]);
});

it('however many leave, all of them have left within the window', async () => {
  const times = await leavingTimes(500, 100);
  expect(times.at(-1)).toBeLessThanOrEqual(100);
  expect(times.filter((time) => time < 50).length).toBeGreaterThan(200);
  expect(times.filter((time) => time < 50).length).toBeLessThan(300);
  expect(new Set(await leavingTimes(50, 0))).toEqual(new Set([0]));
});
