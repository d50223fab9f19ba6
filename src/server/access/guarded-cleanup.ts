import type { Rights } from '../../access/rights.ts';
import { ForbiddenError, withOutcome } from '../../errors.ts';
import type { Upkeep } from '../../schema/builder.ts';

/** Cleaning up, for those who may administer everything. */
export function guardedCleanup(cleanup: Upkeep, rights: Rights): Upkeep {
  return {
    status: async () => {
      if (!(await rights.may('admin'))) throw new ForbiddenError();
      return cleanup.status();
    },
    pass: (limit) => change(() => cleanup.pass(limit)),
    start: (settings) => change(() => cleanup.start(settings)),
    update: (settings) => change(() => cleanup.update(settings)),
    stop: () => change(() => cleanup.stop()),
  };

  async function change<T>(run: () => Promise<T>): Promise<T> {
    let isAllowed = false;
    try {
      isAllowed = await rights.may('admin');
    } catch (error) {
      throw withOutcome(error, 'NO');
    }
    if (!isAllowed) throw new ForbiddenError({ applied: 'NO' });
    return run();
  }
}
