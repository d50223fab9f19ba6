import { describe, expect, it, onTestFinished } from 'vitest';
import { StoreUnavailableError } from '../../src/errors.ts';
import { noCounts } from '../../src/server/counts.ts';
import { noDeliveries } from '../../src/server/fanout/deliveries.ts';
import { figuresOf } from '../../src/server/figures-of.ts';
import { EVERY_MS, Fleet } from '../../src/stats/fleet.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { FakeClock } from '../helpers/fake-clock.ts';

const gauges = { webSockets: 1, streams: 1, subscriptions: 3, watchedContexts: 2, proofAgeMs: undefined };

function world() {
  const clock = new FakeClock();
  const store = new MemoryStore();
  const failures: unknown[] = [];
  const open = () => {
    const counts = noCounts();
    const figures = () => figuresOf(counts, noDeliveries(), gauges);
    const fleet = new Fleet({ store, clock, figures, onFailure: (error) => failures.push(error) });
    onTestFinished(() => fleet.close());
    return { fleet, counts };
  };
  const pass = async (ms: number): Promise<void> => {
    clock.elapse(ms);
    for (let turns = 0; turns < 20; turns += 1) await clock.turn();
  };
  return { clock, store, failures, open, pass };
}

describe('What all processes do together', () => {
  it('is the sum of what each of them tells', async () => {
    const { open, pass } = world();
    const [one, two] = [open(), open()];
    one.counts.tally.commits.set = 10;
    two.counts.tally.commits.update = 5;
    expect(await one.fleet.stats()).toMatchObject({ processes: 1, commits: 10, connections: 2 });
    one.fleet.join();
    two.fleet.join();
    await pass(0);
    for (const { fleet } of [one, two])
      expect(await fleet.stats()).toMatchObject({ processes: 2, commits: 15, connections: 4, subscriptions: 6 });
    // Of itself each knows it at once.
    one.counts.tally.commits.set = 20;
    expect([(await one.fleet.stats()).commits, (await two.fleet.stats()).commits]).toEqual([25, 15]);
    await pass(EVERY_MS);
    expect(await two.fleet.stats()).toMatchObject({ commits: 25, commitsPerSecond: 2 });
  });

  it('comes with how long the store took to answer', async () => {
    const { clock, store, open } = world();
    const { fleet } = open();
    const read = store.readRecord.bind(store);
    store.readRecord = async (name) => {
      clock.elapse(12);
      return read(name);
    };
    expect((await fleet.stats()).storeMs).toBe(12);
  });

  it('is told on once the store answers again, and not beside other failures', async () => {
    const { store, open, pass } = world();
    const { fleet } = open();
    const read = store.readRecord.bind(store);
    let failure: Error | undefined = new StoreUnavailableError();
    store.readRecord = async (name) => {
      if (failure) throw failure;
      return read(name);
    };
    const told: unknown[] = [];
    const watching = (async () => {
      for await (const { processes } of fleet.watch()) told.push(processes);
    })();
    await pass(EVERY_MS);
    expect(told).toEqual([]);
    failure = undefined;
    await pass(EVERY_MS);
    expect(told).toEqual([1]);
    failure = new Error('It is broken.');
    const isOver = expect(watching).rejects.toThrow('It is broken.');
    await pass(EVERY_MS);
    await isOver;
  });

  it('is without a process that has closed at once, and without one that is gone after a while', async () => {
    const { open, pass } = world();
    const [stays, closes, dies] = [open(), open(), open()];
    for (const { fleet } of [stays, closes, dies]) fleet.join();
    await pass(0);
    expect((await stays.fleet.stats()).processes).toBe(3);
    await closes.fleet.close();
    expect((await stays.fleet.stats()).processes).toBe(2);
    // It tells nothing any more, and does not say so.
    Reflect.set(dies.fleet, 'join', () => {});
    for (let told = 0; told < 4; told += 1) await pass(EVERY_MS);
    expect((await stays.fleet.stats()).processes).toBe(1);
    const late = open();
    expect((await late.fleet.stats()).processes).toBe(2);
  });

  it('is told of though all tell at the same moment, and what others made of the record counts for nothing', async () => {
    const { store, open, pass, failures } = world();
    await store.writeRecord('stats', { odd: 1, older: { beat: 1, commits: 'many' } }, 0);
    const all = Array.from({ length: 4 }, open);
    for (const { fleet } of all) fleet.join();
    await pass(0);
    const stats = await all[0]!.fleet.stats();
    expect(stats).toMatchObject({ processes: 5, commits: 0, connections: 8 });
    expect(failures).toEqual([]);
  });

  it('is watched every few seconds, until nobody does', async () => {
    const { clock, open, pass } = world();
    const { fleet, counts } = open();
    const watch = fleet.watch();
    expect((await watch.next()).value).toMatchObject({ processes: 1, commits: 0 });
    const next = watch.next();
    counts.tally.commits.set = 1;
    await pass(EVERY_MS);
    expect((await next).value).toMatchObject({ commits: 1 });
    await watch.return(undefined);
    expect(clock.waiting).toBe(0);
  });
});
