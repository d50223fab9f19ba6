import { GraphQLError } from 'graphql';
import { createClient } from 'graphql-ws';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { Copies, resumable } from '../../src/client/apollo.ts';
import { systemTime } from '../../src/client/time.ts';
import { eventually } from '../helpers/eventually.ts';
import { type Misfits, startMisfits, type Told } from '../helpers/misfits.ts';

const query =
  'subscription($id: ID!, $version: Int, $cursor: String) { contextChanged(id: $id, version: $version, cursor: $cursor) }';

const at = (version: number) => ({ contextId: 'a', life: 'l', version, cursor: `l.${version}` });
const full = (version: number): Told => ({ __typename: 'FullContext', ...at(version), context: { n: version } });
const delta = (fromVersion: number, version: number): Told => ({
  __typename: 'Delta',
  ...at(version),
  fromVersion,
  changes: [{ path: ['n'], action: 'MODIFIED', value: version, oldValue: fromVersion }],
});

/** Follows context `a`; no pause is ever waited for, each is noted. */
function follow({ url }: Misfits, text = query, now = systemTime.now) {
  const [told, errors, pauses]: [unknown[], unknown[], number[]] = [[], [], []];
  const time = {
    ...systemTime,
    now,
    random: () => 0.999,
    after(ms: number, run: () => void) {
      pauses.push(ms);
      return systemTime.after(Math.min(ms, 1), run);
    },
  };
  const client = resumable(createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 }), new Copies(), {}, time);
  onTestFinished(async () => client.dispose());
  let isComplete = false;
  const leave = client.subscribe(
    { query: text, variables: { id: 'a' } },
    {
      next: ({ data, errors: failed }) => told.push(data ? Object.values(data)[0] : failed),
      error: (error) => errors.push(error),
      complete: () => {
        isComplete = true;
      },
    },
  );
  return { told, errors, pauses, leave, client, isComplete: () => isComplete };
}

describe('A resumable client', () => {
  it('makes whole contexts of deltas, and goes on from the last event', async () => {
    const server = await startMisfits((n) => (n === 0 ? [full(1), delta(1, 2)] : [delta(2, 4)]));
    const { told } = follow(server);
    await eventually(() => expect(told.length).toBeGreaterThanOrEqual(3));
    expect(told.slice(0, 3)).toMatchObject(
      [1, 2, 4].map((n) => ({ __typename: 'FullContext', version: n, context: { n } })),
    );
    expect(server.begun.slice(0, 2)).toEqual([
      { id: 'a', version: 0, cursor: null },
      { id: 'a', version: null, cursor: 'l.2' },
    ]);
  });

  it('mends what does not fit from where the copy stands, then from nothing', async () => {
    const server = await startMisfits((n) => [[full(1), delta(3, 4)], [delta(2, 4)], [full(5)]][n] ?? []);
    const { told } = follow(server);
    await eventually(() => expect(told).toMatchObject([{ version: 1 }, { version: 5 }]));
    expect(server.begun.slice(0, 3).map(({ cursor, version }) => cursor ?? version)).toEqual([0, 'l.1', 0]);
  });

  it.each<[string, readonly Told[]]>([
    ['always tells deltas that do not fit', [delta(8, 9)]],
    ['tells a context, then a delta that does not fit', [full(1), delta(8, 9)]],
    ['ends every subscription', []],
  ])('asks ever more seldom where a server %s', async (_, events) => {
    const server = await startMisfits(() => events);
    const { pauses, leave, told } = follow(server);
    await eventually(() => expect(server.begun.length).toBeGreaterThan(8));
    leave();
    const waits = pauses.slice(0, 8);
    for (const [i, ms] of waits.entries()) expect(ms).toBeCloseTo(0.999 * Math.min(20_000, 500 * 2 ** i));
    // One pause before each subscription but the first.
    expect(pauses.length).toBeGreaterThanOrEqual(server.begun.length - 1);
    expect(told.every((event) => (event as Told)['__typename'] === 'FullContext')).toBe(true);
  });

  it('comes back soon after a subscription that has lasted', async () => {
    const server = await startMisfits(() => [full(1)]);
    let clock = 0;
    const minute = () => {
      clock += 60_000;
      return clock;
    };
    const { pauses } = follow(server, query, minute);
    await eventually(() => expect(pauses.length).toBeGreaterThan(3));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(500);
  });

  it('tries again what may pass, and tells what will not', async () => {
    const failure = (code: string) => new GraphQLError('no', { extensions: { code } });
    const server = await startMisfits((n) => failure(n < 2 ? 'STORE_UNAVAILABLE' : 'BAD_USER_INPUT'));
    const { told, errors, isComplete } = follow(server);
    await eventually(() => expect(isComplete()).toBe(true));
    expect(server.begun).toHaveLength(3);
    expect(told).toMatchObject([[{ extensions: { code: 'BAD_USER_INPUT' } }]]);
    expect(errors).toEqual([]);
  });

  it('leaves other subscriptions alone', async () => {
    const server = await startMisfits(() => [{ any: 'thing' }]);
    const { told, isComplete } = follow(server, 'subscription { other }');
    await eventually(() => expect(isComplete()).toBe(true));
    expect(told).toEqual([{ any: 'thing' }]);
    expect(server.begun).toHaveLength(1);
  });

  it('says what a subscription lacks that it could not go on with', async () => {
    const { errors } = follow(await startMisfits(() => []), 'subscription($id: ID!) { contextChanged(id: $id) }');
    expect(errors).toMatchObject([{ message: 'contextChanged must be given $version and $cursor.' }]);
  });

  it('does not come back once it is left, or disposed of', async () => {
    const server = await startMisfits(() => [full(1)]);
    const first = follow(server);
    await eventually(() => expect(server.begun.length).toBeGreaterThan(2));
    first.leave();
    const second = follow(server);
    await eventually(() => expect(second.told.length).toBeGreaterThan(2));
    await second.client.dispose();
    const count = server.begun.length;
    const third = follow(await startMisfits(() => [full(1)]));
    await eventually(() => expect(third.told.length).toBeGreaterThan(5));
    expect(server.begun.length - count).toBeLessThanOrEqual(1);
  });
});
