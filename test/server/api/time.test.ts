import { describe, expect, it } from 'vitest';
import { createServer } from '../../../src/server/create-server.ts';
import { Api } from '../../helpers/api.ts';
import { deleteContext, exportContext, setContext } from '../../helpers/operations.ts';
import { transports } from '../../helpers/transports.ts';

const archive = { exportContext: async () => {} };

/** Every timestamp that one context's life shows. */
async function timestamps(api: Api): Promise<Record<string, number>> {
  const { context, delta } = await api.set('a', {});
  const { exportedAt } = await api.export('a');
  const { startedAt, finishedAt } = await api.cleanup();
  const { deletedAt } = await api.delete('a');
  return {
    contextInsertedAt: context.insertedAt,
    deltaInsertedAt: delta?.insertedAt ?? Number.NaN,
    exportedAt,
    startedAt,
    finishedAt,
    deletedAt,
  };
}

describe.each(transports)('Time over $name', ({ open }) => {
  it.each([
    [undefined, 1000],
    ['second', 1000],
    ['millisecond', 1],
  ] as const)('is told in the unit %s', async (timeUnit, unitMs) => {
    const api = new Api((await open({ ...archive, ...(timeUnit ? { timeUnit } : {}) })).client);
    const earliest = Math.floor(Date.now() / unitMs);
    const told = Object.values(await timestamps(api));
    const latest = Math.floor(Date.now() / unitMs);
    for (const time of told) {
      expect(time).toBeGreaterThanOrEqual(earliest);
      expect(time).toBeLessThanOrEqual(latest);
      expect(time % 1).toBe(0);
    }
  });

  it('comes from the timeProvider, which is told the unit', async () => {
    const units = new Set<string>();
    const timeProvider = (unit: string) => {
      units.add(unit);
      return 42.9;
    };
    const api = new Api((await open({ ...archive, timeProvider, timeUnit: 'millisecond' })).client);
    for (const [name, time] of Object.entries(await timestamps(api))) expect(time, name).toBe(42);
    expect([...units]).toEqual(['millisecond']);
  });

  it('that stands still or runs backwards moves no version and no order', async () => {
    let now = 1000;
    const api = new Api((await open({ timeProvider: () => now })).client);
    const { context } = await api.set('a', { n: 1 });
    const watch = api.watch('a', { cursor: context.cursor });
    for (const [version, time] of [
      [2, 1000],
      [3, 10],
      [4, 0],
      [5, 2000],
    ] as const) {
      now = time;
      const { delta } = await api.update('a', { n: version });
      expect(delta).toMatchObject({ version, insertedAt: time });
      expect(await watch.next()).toEqual(delta);
    }
    expect(await api.sync('a', { version: 1 })).toMatchObject({ fromVersion: 1, version: 5, insertedAt: 2000 });
  });

  const faults = {
    throws: () => {
      throw new Error('hunter2');
    },
    'returns NaN': () => Number.NaN,
    'returns Infinity': () => Number.POSITIVE_INFINITY,
    'returns a negative number': () => -1,
    'returns text': () => '1700000000' as unknown as number,
    'returns nothing': () => undefined as unknown as number,
  };
  it.each(Object.entries(faults))(
    'from a provider that %s is no time: writes fail, and nothing is stored',
    async (_, fault) => {
      let provide = (): number => 1000;
      const { client, logged } = await open({ ...archive, timeProvider: () => provide() });
      const api = new Api(client);
      const { context } = await api.set('a', { n: 1 });
      provide = fault;
      const failed = { code: 'INTERNAL_SERVER_ERROR', details: { applied: 'NO' } };
      expect(await api.failure(setContext, { id: 'a', context: {} })).toMatchObject(failed);
      expect(await api.failure(deleteContext, { id: 'a' })).toMatchObject(failed);
      expect(await api.failure(exportContext, { id: 'a' })).toMatchObject({ code: failed.code });
      expect(logged).toHaveLength(3);
      expect(logged.join()).not.toContain('hunter2');
      expect(await api.read('a')).toEqual(context);
      provide = () => 1001;
      expect((await api.update('a', { n: 2 })).context).toMatchObject({ version: 2, insertedAt: 1001 });
    },
  );
});

describe('A server', () => {
  it('is not made with a timeProvider that returns no time', () => {
    const make = () => createServer({ archive: 'off', timeProvider: () => Number.NaN });
    expect(make).toThrow('timeProvider must return a number from 0 to 2^53 - 1.');
  });
});
