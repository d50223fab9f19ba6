import fc from 'fast-check';
import { test } from 'vitest';
import type { ContextManager } from '../../src/context/manager.ts';
import { deepUpdate } from '../../src/delta/deep-update.ts';
import { ArpeggioError } from '../../src/errors.ts';
import { type Answer, type Call, checkHistory } from './history.ts';
import { world } from './processes.ts';

const PROCESSES = 3;

const wish = fc.record({
  verb: fc.constantFrom('update' as const, 'update' as const, 'set' as const, 'get' as const, 'delete' as const),
  key: fc.constantFrom('a', 'b'),
  value: fc.nat({ max: 2 }),
  /** Only at the version that the caller saw last. */
  ifUnchanged: fc.boolean(),
  /** As a request that is made twice, the second time before the first is answered. */
  twice: fc.boolean(),
});
type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never;

/** A caller wishes one thing after the other of one process, which may have the context open. */
const caller = fc.record({
  process: fc.nat({ max: PROCESSES - 1 }),
  isOpen: fc.boolean(),
  wishes: fc.array(wish, { minLength: 1, maxLength: 4 }),
});
type Caller = typeof caller extends fc.Arbitrary<infer T> ? T : never;

async function grant(manager: ContextManager, { verb, key, value }: Wish, options: object): Promise<Answer> {
  const change = { [key]: value };
  try {
    switch (verb) {
      case 'get':
        return { kind: 'read', context: await manager.get('x') };
      case 'delete':
        return { kind: 'deleted', deleted: await manager.delete('x', options) };
      case 'set':
        return { kind: 'changed', ...(await manager.set('x', change, options)) };
      case 'update':
        return { kind: 'changed', ...(await manager.update('x', change, options)) };
    }
  } catch (error) {
    if (error instanceof ArpeggioError) return { kind: 'failed', error };
    throw error;
  }
}

function versionIn(answer: Answer): number | undefined {
  if (answer.kind === 'failed') return undefined;
  if (answer.kind === 'deleted') return 0;
  return answer.context?.version ?? 0;
}

/** Makes all of a caller's calls, and writes them down. */
async function live(
  manager: ContextManager,
  { isOpen, wishes }: Caller,
  number: number,
  calls: Call[],
  tick: () => number,
) {
  const context = isOpen ? await manager.open('x') : undefined;
  let seen = 0;
  for (const [i, one] of wishes.entries()) {
    const name = `caller ${number}, wish ${i}`;
    const { verb, key, value, ifUnchanged, twice } = one;
    const expectedVersion = ifUnchanged && verb !== 'get' ? seen : undefined;
    const options = { expectedVersion, requestId: twice ? name : undefined };
    const make: Call['make'] =
      verb === 'set' ? () => ({ [key]: value }) : (before) => deepUpdate(before, { [key]: value });
    const attempt = async (): Promise<void> => {
      const asked = tick();
      const isRead = verb === 'get' && context;
      const answer: Answer = isRead
        ? { kind: 'read', context: await context.get() }
        : await grant(manager, one, options);
      calls.push({ name, make, expectedVersion, asked, answered: tick(), answer });
      seen = versionIn(answer) ?? seen;
    };
    await Promise.all(twice ? [attempt(), attempt()] : [attempt()]);
  }
  context?.close();
}

test('whatever processes do at once has happened one after the other, each write once and none lost', async () => {
  const property = fc.asyncProperty(
    fc.scheduler(),
    fc.array(caller, { minLength: 2, maxLength: 6 }),
    async (scheduler, callers) => {
      const { open } = world({ deltaThreshold: 100 });
      const processes = Array.from({ length: PROCESSES }, open);
      for (const { line } of processes) {
        line.pass = async (call, proceed) => {
          await scheduler.schedule(Promise.resolve(), `${call} is sent`);
          const answer = await proceed();
          await scheduler.schedule(Promise.resolve(), `${call} is answered`);
          return answer;
        };
      }
      let now = 0;
      const tick = () => {
        now += 1;
        return now;
      };
      const calls: Call[] = [];
      const lives = callers.map((one, i) => live(processes[one.process]!.manager, one, i, calls, tick));
      await scheduler.waitFor(Promise.all(lives));
      checkHistory(calls, await open().manager.get('x'));
    },
  );
  await fc.assert(property, { numRuns: 1000 });
});
