import { describe, expect, test } from 'vitest';
import { Probe } from '../../src/feed/redis-probe.ts';
import { FakeClock } from '../helpers/fake-clock.ts';

function opened({ publish = async () => {} }: { publish?: () => Promise<void> } = {}) {
  const clock = new FakeClock();
  const sent: string[] = [];
  let silences = 0;
  let channel: string | undefined = 'c';
  const probe = new Probe({
    clock,
    channel: () => channel,
    publish: async (_on, message) => {
      sent.push(message);
      await publish();
    },
    onSilence: () => {
      silences += 1;
    },
  });
  return {
    clock,
    probe,
    sent,
    silences: () => silences,
    listenTo: (name: string | undefined) => {
      channel = name;
    },
    /** Lets seconds pass, and what was sent come back or not. */
    async pass(seconds: number, isHeard: boolean): Promise<void> {
      for (let tenth = 0; tenth < seconds * 10; tenth += 1) {
        clock.elapse(100);
        await Promise.resolve();
        await Promise.resolve();
        if (isHeard) for (const message of sent.splice(0)) expect(probe.hear(message)).toBe(true);
      }
    },
  };
}

describe('A probe', () => {
  test('finds silence within 5 seconds, whenever it begins', async () => {
    for (let tenths = 0; tenths < 30; tenths += 1) {
      const { pass, silences } = opened();
      await pass(10 + tenths / 10, true);
      expect(silences()).toBe(0);
      await pass(4.9, false);
      expect(silences(), `begun after ${tenths} tenths`).toBe(1);
    }
  });

  test('keeps still as long as it is heard, and once there is nothing to listen to', async () => {
    const { pass, silences, listenTo, sent } = opened();
    await pass(60, true);
    listenTo(undefined);
    await pass(1, true);
    sent.splice(0);
    await pass(60, false);
    expect([silences(), sent]).toEqual([0, []]);
  });

  test('proves nothing where it can not be sent', async () => {
    const { pass, silences } = opened({ publish: () => Promise.reject(new Error('Redis is away.')) });
    await pass(60, false);
    expect(silences()).toBe(0);
  });

  test('knows probes, its own and those of others, from messages', () => {
    const { probe } = opened();
    expect(['probe abc.1', '17', '', 'probes'].map((message) => probe.hear(message))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test('ends', async () => {
    const { probe, clock, sent } = opened();
    probe.close();
    clock.elapse(60_000);
    expect([sent, clock.waiting]).toEqual([[], 0]);
  });
});
