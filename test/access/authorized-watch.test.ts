import { describe, expect, it } from 'vitest';
import type { ContextEvent } from '../../src/context/model.ts';
import { ForbiddenError } from '../../src/errors.ts';
import { AuthorizedWatch } from '../../src/server/access/authorized-watch.ts';
import { Rechecks } from '../../src/server/access/rechecks.ts';
import { FakeClock } from '../helpers/fake-clock.ts';

const event = { contextId: 'a' } as ContextEvent;

/** Tells the same event for ever, and whether it was begun and ended. */
class Telling implements AsyncIterableIterator<ContextEvent> {
  readonly calls: string[] = [];

  async next(): Promise<IteratorResult<ContextEvent>> {
    this.calls.push('next');
    return { done: false, value: event };
  }

  async return(): Promise<IteratorResult<ContextEvent>> {
    this.calls.push('return');
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function watched(may: () => boolean | Promise<boolean>, ways = { all: new Telling(), nothing: new Telling() }) {
  const clock = new FakeClock();
  const watch = new AuthorizedWatch(ways, async () => may(), new Rechecks(clock, 1000));
  const recheck = async (): Promise<void> => {
    clock.elapse(1000);
    await clock.turn();
  };
  return { ...ways, watch, recheck, clock };
}

describe('a watch of somebody who may lose the right to it', () => {
  it('is of nothing for who may not, whatever that may later', async () => {
    let isAllowed = false;
    const { all, nothing, watch } = watched(() => isAllowed);
    await watch.next();
    isAllowed = true;
    await watch.next();
    expect([all.calls, nothing.calls]).toEqual([[], ['next', 'next']]);
  });

  it('ends before the first event that its viewer may not be told', async () => {
    const answers = [true, true, false];
    const { all, watch } = watched(() => answers.shift() ?? true);
    expect(await watch.next()).toEqual({ done: false, value: event });
    await expect(watch.next()).rejects.toThrow(ForbiddenError);
    expect(all.calls).toEqual(['next', 'next', 'return']);
    expect(await watch.next()).toEqual({ done: true, value: undefined });
  });

  it('ends while there is nothing to tell, once it is asked for again', async () => {
    class Silent extends Telling {
      override next(): Promise<IteratorResult<ContextEvent>> {
        return new Promise(() => {});
      }
    }
    for (const end of [() => false, () => Promise.reject(new ForbiddenError())]) {
      let answer: () => boolean | Promise<boolean> = () => true;
      const { all, watch, recheck, clock } = watched(() => answer(), { all: new Silent(), nothing: new Telling() });
      let outcome = 'waits';
      const next = watch.next().catch(() => {
        outcome = 'refused';
      });
      await clock.turn();
      await recheck();
      expect(outcome).toBe('waits');
      answer = end;
      await recheck();
      await next;
      expect([outcome, all.calls, clock.waiting]).toEqual(['refused', ['return'], 0]);
    }
  });

  it('ends where it can not be asked for', async () => {
    const { all, watch } = watched(() => {
      throw new Error('It fails.');
    });
    await expect(watch.next()).rejects.toThrow('It fails.');
    expect(await watch.next()).toEqual({ done: true, value: undefined });
    expect(all.calls).toEqual([]);
  });

  it('begins nothing for who has left while it was asked for', async () => {
    let answer = (_: boolean): void => {};
    const asked = new Promise<boolean>((resolve) => {
      answer = resolve;
    });
    const { all, nothing, watch } = watched(() => asked);
    const next = watch.next();
    await watch.return();
    answer(true);
    expect(await next).toEqual({ done: true, value: undefined });
    expect([all.calls, nothing.calls]).toEqual([[], []]);
  });
});
