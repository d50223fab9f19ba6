import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SharedOperation } from '../../../src/server/fanout/shared-operation.ts';

const mask = (error: unknown) => `masked: ${error}`;

test('whoever asks before an operation ends, or after it, is told how', async () => {
  for (const error of [undefined, 'gone']) {
    const operation = new SharedOperation(mask);
    const before = operation.next();
    operation.end(error);
    for (const answer of [before, operation.next()]) {
      if (error) await expect(answer).rejects.toBe('masked: gone');
      else expect(await answer).toEqual({ done: true, value: undefined });
    }
  }
});

test('an operation that fails and that nobody asks of is no unhandled failure', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  new SharedOperation(mask).end('gone');
  await turn();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});
