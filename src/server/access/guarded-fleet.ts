import type { Rights } from '../../access/rights.ts';
import { ForbiddenError } from '../../errors.ts';
import type { Observed } from '../../schema/builder.ts';

/** What all processes do, for those who may administer everything; asked again before each time that it is told. */
export function guardedFleet(fleet: Observed, rights: Rights): Observed {
  const check = async (): Promise<void> => {
    if (!(await rights.may('admin'))) throw new ForbiddenError();
  };
  return {
    async stats() {
      await check();
      return fleet.stats();
    },
    async *watch() {
      await check();
      for await (const stats of fleet.watch()) {
        await check();
        yield stats;
      }
    },
  };
}
