import pLimit from 'p-limit';
import { ContextNotFoundError } from '../errors.ts';
import type { SyncResult } from './model.ts';
import type { Given } from './start.ts';

/** Where a copy of one of many contexts stands. */
export interface GivenOf extends Given {
  readonly id: string;
}

const AT_ONCE = 16;

/** What each copy lacks, in their order; null where there is no such context. */
export async function syncEach(
  positions: readonly GivenOf[],
  sync: (id: string, given: Given) => Promise<SyncResult>,
): Promise<readonly (SyncResult | null)[]> {
  return pLimit(AT_ONCE).map(positions, async ({ id, ...given }) => {
    try {
      return await sync(id, given);
    } catch (error) {
      if (error instanceof ContextNotFoundError) return null;
      throw error;
    }
  });
}
