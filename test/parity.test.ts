import { expect, test } from 'vitest';
import { options } from '../src/options.ts';
import { createServer } from '../src/server/create-server.ts';
import { silentLog } from '../src/server/log.ts';

test("Chord's options keep their defaults", () => {
  const { contextTtl, deltaTtl, deltaThreshold, timeUnit } = options;
  const fallbacks = [contextTtl, deltaTtl, deltaThreshold, timeUnit].map((each) => each.fallback);
  expect(fallbacks).toEqual(['6 hours', '24 hours', '100', 'second']);
});

test.each(['second', 'millisecond'] as const)('timestamps come from timeProvider, in the unit %s', async (timeUnit) => {
  const units: string[] = [];
  const server = createServer({
    log: silentLog,
    timeUnit,
    timeProvider(unit) {
      units.push(unit);
      return 1234;
    },
  });
  const { context, delta } = await server.manager.set('x', {});
  expect([context.insertedAt, delta?.insertedAt]).toEqual([1234, 1234]);
  expect(new Set(units)).toEqual(new Set([timeUnit]));
  await server.close();
});

test('contextAutoDelete starts the cleanup server', async () => {
  const server = createServer({ log: silentLog, port: 0, contextAutoDelete: true, cleanupIntervalMs: 5000 });
  expect(await server.cleanup.status()).toMatchObject({ running: false });
  await server.listen();
  expect(await server.cleanup.status()).toMatchObject({ running: true, intervalMs: 5000 });
  await server.close();
});
