import { expect, test } from 'vitest';
import { CuttableWay } from './cuttable-way.ts';
import { check, gatherEvidence, summary } from './gather-evidence.ts';
import { fromLines, toLines } from './recording.ts';
import { threeServers, WINDOW } from './servers.ts';

test('what 12 clients do on three servers has happened one after the other, and every subscriber saw it', async () => {
  const evidence = await gatherEvidence({ urls: await threeServers(), seed: 1, operations: 2000, window: WINDOW });
  const { violations, numbers, recording } = evidence;
  expect(violations, summary(evidence)).toEqual([]);
  expect(check(fromLines(toLines(recording)), WINDOW).violations, 'as kept').toEqual([]);
  expect(numbers.operations).toBeGreaterThanOrEqual(2000);
  expect(numbers.conflictShare).toBeGreaterThan(0.2);
  expect(numbers.unknown).toBe(0);
  expect(numbers.repeated).toBeGreaterThan(20);
  expect(numbers.lives).toBeGreaterThan(5);
  expect(numbers.subscriptions).toBe(20);
  expect(numbers.sessions).toBeGreaterThan(50);
  expect(numbers.merged).toBeGreaterThan(0);
  expect(Object.keys(numbers.wholes)).toEqual(expect.arrayContaining(['INITIAL', 'NEW_LIFE', 'WINDOW_PASSED']));
});

test('nor is anything lost, doubled or missed where connections break again and again', async () => {
  const ways = await Promise.all((await threeServers()).map((url) => CuttableWay.to(url)));
  const evidence = await gatherEvidence({
    urls: ways.map(({ url }) => url),
    seed: 2,
    operations: 1000,
    window: WINDOW,
    async meanwhile(progress) {
      for (let round = 0; round < 12; round += 1) {
        await progress.passed(60);
        ways[round % ways.length]?.cut();
      }
    },
  });
  const { violations, numbers, recording } = evidence;
  expect(violations, summary(evidence)).toEqual([]);
  expect(numbers.unknown, summary(evidence)).toBeGreaterThan(5);
  const endings = recording.subscriptions.flatMap(({ sessions }) => sessions.map(({ ended }) => ended.why));
  expect(endings.filter((why) => why === 'lost').length).toBeGreaterThan(10);
});
