import { describe, expect, test } from 'vitest';
import { StoreUnavailableError } from '../../../src/errors.ts';
import { fateOf, RedisCalls } from '../../../src/store/redis-calls.ts';
import { VirtualClock } from '../../simulation/virtual-clock.ts';

function replyError(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError', command: { name: 'evalsha', args: ['secret'] } });
}

describe('What became of a call that failed', () => {
  const scripted = (reply: string) => `ERR Error running script (call to f_ab12): @user_script:60: ${reply}`;
  test.each([
    [
      'notYet',
      ['LOADING Redis is loading', 'READONLY You', 'MASTERDOWN Link', 'CLUSTERDOWN Hash', 'TRYAGAIN', 'BUSY Redis'],
    ],
    ['notYet', [scripted('@user_script: 60: -READONLY You can not write against a read only replica.')]],
    [
      'refused',
      ['OOM command', 'MISCONF Redis', 'NOREPLICAS Not', 'NOAUTH', 'WRONGPASS', 'NOPERM this user', 'WRONGTYPE Op'],
    ],
    ['refused', [scripted('-OOM command not allowed'), scripted('WRONGTYPE Operation against a key')]],
    ['unknown', ['ERR something else', 'NOPERM ACL failure in script: User x has no permissions', scripted('ERR odd')]],
  ])('is %s for %j', (fate, messages) => {
    for (const message of messages) expect(fateOf(replyError(message)), message).toBe(fate);
  });

  test('is that it was not sent, only where ioredis can not have', () => {
    const unsent = ["Stream isn't writeable and enableOfflineQueue options is false", "Cluster isn't ready and x"];
    for (const message of unsent) expect(fateOf(new Error(message))).toBe('notYet');
    const sent = [
      'Connection is closed.',
      'Command timed out',
      'Reached the max retries per request limit (which is 0).',
    ];
    for (const message of sent) expect(fateOf(new Error(message))).toBe('unknown');
    expect(fateOf('thrown')).toBe('unknown');
  });
});

describe('A call to Redis', () => {
  /** Fails with each of the errors in turn, then answers. */
  function failing(...errors: unknown[]) {
    const clock = new VirtualClock();
    const failures: unknown[] = [];
    const calls = new RedisCalls(clock, 1000, (error) => failures.push(error));
    let attempts = 0;
    const call = async (): Promise<string> => {
      attempts += 1;
      if (errors.length > 0) throw errors.length === 1 ? errors[0] : errors.shift();
      return 'answer';
    };
    const stop = () => errors.splice(0);
    return { clock, calls, call, failures, stop, attempts: () => attempts };
  }

  const notSent = new Error("Stream isn't writeable");
  const lost = new Error('Command timed out');

  test('is tried until it is answered, and says whether an attempt before may have been executed', async () => {
    for (const [error, isRepeated] of [
      [notSent, false],
      [lost, true],
    ] as const) {
      const { clock, calls, call, stop, failures } = failing(error);
      const answered = calls.answered(call);
      await clock.advance(300);
      stop();
      await clock.advance(1000);
      expect(await answered).toEqual({ value: 'answer', isRepeated });
      expect(failures).toEqual([]);
    }
  });

  test('fails once its time is over, with what is known', async () => {
    for (const [error, applied] of [
      [notSent, 'NO'],
      [lost, 'UNKNOWN'],
    ] as const) {
      const { clock, calls, call, failures, attempts } = failing(error);
      const failure = calls.answered(call).catch((thrown: unknown) => thrown);
      await clock.advance(2000);
      expect(await failure).toMatchObject({ code: 'STORE_UNAVAILABLE', applied });
      expect(failures).toEqual([error]);
      expect(attempts()).toBeGreaterThan(3);
    }
  });

  test('is not tried again where it is refused, and its error keeps nothing of what was sent', async () => {
    const refused = replyError('OOM command not allowed');
    const { calls, call, attempts } = failing(refused);
    const failure = await calls.answered(call).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(StoreUnavailableError);
    expect(failure).toMatchObject({ applied: 'NO', cause: refused });
    expect(refused).not.toHaveProperty('command');
    expect(attempts()).toBe(1);
  });

  test('that reads says nothing of any write', async () => {
    const { calls, call } = failing(replyError('WRONGTYPE Operation'));
    expect(await calls.read(call).catch((thrown: unknown) => thrown)).toMatchObject({ applied: undefined });
  });
});
