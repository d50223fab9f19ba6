import type { Archive } from '../archive/archive.ts';
import type { CleanupPass } from '../cleanup/pass.ts';
import { noTally, type Tally } from '../context/tally.ts';
import { ArpeggioError } from '../errors.ts';
import { type LimitHits, noLimitHits } from '../limits.ts';

export type OperationType = 'query' | 'mutation' | 'subscription';
interface Outcomes {
  ok: number;
  error: number;
}

/** What a server does, counted up as it happens. */
export interface Counts {
  readonly tally: Tally;
  readonly hits: LimitHits;
  readonly archive: { exported: number; restored: number; exportsFailed: number; restoresFailed: number };
  readonly cleanup: { passes: number; failed: number; contextsDeleted: number; deltasDeleted: number };
  readonly operations: { readonly [Type in OperationType]: Outcomes };
}

export function noCounts(): Counts {
  return {
    tally: noTally(),
    hits: noLimitHits(),
    archive: { exported: 0, restored: 0, exportsFailed: 0, restoresFailed: 0 },
    cleanup: { passes: 0, failed: 0, contextsDeleted: 0, deltasDeleted: 0 },
    operations: {
      query: { ok: 0, error: 0 },
      mutation: { ok: 0, error: 0 },
      subscription: { ok: 0, error: 0 },
    },
  };
}

/** The same archive, counting what becomes of its calls. That there is none is no failure. */
export function countedArchive(archive: Archive, counts: Counts['archive']): Archive {
  return {
    async export(context) {
      try {
        await archive.export(context);
        counts.exported += 1;
      } catch (error) {
        if (!hasCode(error, 'EXPORT_NOT_CONFIGURED')) counts.exportsFailed += 1;
        throw error;
      }
    },
    async restore(id) {
      try {
        const archived = await archive.restore(id);
        counts.restored += 1;
        return archived;
      } catch (error) {
        if (!hasCode(error, 'RESTORE_NOT_CONFIGURED')) counts.restoresFailed += 1;
        throw error;
      }
    },
    close: () => archive.close(),
  };
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof ArpeggioError && error.code === code;
}

/** The same pass, counting what it does. */
export function countedPass(pass: Pick<CleanupPass, 'run'>, counts: Counts['cleanup']): Pick<CleanupPass, 'run'> {
  return {
    async run(limit) {
      counts.passes += 1;
      try {
        const report = await pass.run(limit);
        counts.contextsDeleted += report.contextsDeleted;
        counts.deltasDeleted += report.deltasDeleted;
        return report;
      } catch (error) {
        counts.failed += 1;
        throw error;
      }
    },
  };
}
