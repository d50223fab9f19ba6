import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JsonObject } from '../../src/client/index.ts';
import { hostile } from '../helpers/arbitraries.ts';
import { World } from './world.ts';

type Model = Record<string, never>;

/** Something that happens, to the world alone: what must be true in the end does not depend on it. */
class Step implements fc.AsyncCommand<Model, World> {
  readonly #name: string;
  readonly #run: (world: World) => unknown;

  constructor(name: string, run: (world: World) => unknown) {
    this.#name = name;
    this.#run = run;
  }

  check(): boolean {
    return true;
  }

  async run(_: Model, world: World): Promise<void> {
    await this.#run(world);
  }

  toString(): string {
    return this.#name;
  }
}

/** A refusal is as good an end as any, where it knows what became of the write. */
function write(world: World, written: Promise<unknown>, onWritten = (): void => {}): void {
  const settled = written.then(onWritten, (error) => {
    expect(['CONTEXT_NOT_FOUND', 'VERSION_CONFLICT']).toContain(error.code);
    expect(['NO', 'YES']).toContain(error.applied);
  });
  world.writes.push(settled);
}

const count = (context: JsonObject): JsonObject => ({ ...context, n: Number(context['n']) + 1 });
const quietly = (promise: Promise<unknown>): Promise<unknown> => promise.catch(() => {});
const constant = (name: string, run: (world: World) => unknown) => fc.constant(new Step(name, run));

const steps = [
  hostile.object.map(
    (context) => new Step(`set ${JSON.stringify(context)}`, ({ manager }) => manager.set('a', context)),
  ),
  hostile.object.map(
    (changes) => new Step(`update ${JSON.stringify(changes)}`, ({ manager }) => quietly(manager.update('a', changes))),
  ),
  constant('delete', ({ manager }) => quietly(manager.delete('a'))),
  constant('count', async (world) => {
    await world.manager.update('counter', { n: Number((await world.manager.get('counter'))?.context['n']) });
  }),
  hostile.object.map(
    (context) =>
      new Step(`client sets ${JSON.stringify(context)}`, (world) => write(world, world.client.set('a', context))),
  ),
  hostile.object.map(
    (changes) =>
      new Step(`client updates ${JSON.stringify(changes)}`, (world) => write(world, world.client.update('a', changes))),
  ),
  constant('client counts', (world) =>
    write(world, world.client.update('counter', count), () => {
      world.counted += 1;
    }),
  ),
  constant('client transforms', (world) =>
    write(
      world,
      world.client.update('a', (old) => ({ ...old, by: 'f' })),
    ),
  ),
  constant('client deletes', (world) => write(world, world.client.delete('a'))),
  constant('cut', ({ proxy }) => proxy.cut()),
  constant('refuse and cut', ({ proxy }) => {
    proxy.isRefusing = true;
    proxy.cut();
  }),
  constant('lose answers', ({ proxy }) => {
    proxy.replies = 'vanish';
  }),
  constant('lose requests', ({ proxy }) => {
    proxy.requests = 'vanish';
  }),
  fc.nat({ max: 8 }).map(
    (ms) =>
      new Step(`answers take ${ms} ms`, ({ proxy }) => {
        proxy.replies = ms;
      }),
  ),
  constant('heal', ({ proxy }) => {
    proxy.heal();
    proxy.cut();
  }),
  constant('restart', (world) => world.restart()),
  constant('look around', () => new Promise((resolve) => setTimeout(resolve, 1))),
  constant('converge', (world) => world.converge()),
];

it('A copy converges to what the server has, whatever happens to the server and on the way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(steps, { maxCommands: 40, size: 'max' }), async (commands) => {
      const world = await World.start();
      try {
        await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
        await world.converge();
      } finally {
        await world.stop();
      }
    }),
    { numRuns: 300, endOnFailure: true },
  );
}, 300_000);
