import pLimit from 'p-limit';
import { ArchiveError, type ArchiveErrorCode } from '../errors.ts';
import { isObject } from '../json.ts';
import { type Archive, type ArchiveCall, type ArchiveCallbacks, type ArchivedContext, noArchive } from './archive.ts';

export interface ArchiveOptions {
  /** How long one call may take before it is given up, in milliseconds. @default 30000 */
  readonly archiveTimeoutMs?: number;
  /** How many calls run at once; the others wait their turn. @default 8 */
  readonly archiveConcurrency?: number;
}

/**
 * An archive from its author's callbacks: bounded in time and in number, its answers checked, its failures named. Whether it throws,
 * hangs or returns rubbish, all that comes out is a context with a version, or an ArchiveError.
 */
export function createArchive(callbacks: ArchiveCallbacks, options: ArchiveOptions = {}): Archive {
  const { archiveTimeoutMs = 30_000, archiveConcurrency = 8 } = options;
  const { exportContext, restoreContext } = callbacks;
  const inTurn = pLimit(archiveConcurrency);

  /** Runs a call when its turn comes; its time counts from then. */
  const call = <T>(code: ArchiveErrorCode, run: (call: ArchiveCall) => Promise<T>): Promise<T> =>
    inTurn(async () => {
      const timeout = new AbortController();
      const timer = setTimeout(() => timeout.abort(), archiveTimeoutMs);
      try {
        return await Promise.race([run({ signal: timeout.signal }), whenAborted(timeout.signal)]);
      } catch (error) {
        const late = `The archive did not answer within ${archiveTimeoutMs} ms.`;
        throw new ArchiveError(code, timeout.signal.aborted ? late : 'The archive failed.', { cause: error });
      } finally {
        clearTimeout(timer);
      }
    });

  return {
    export: exportContext
      ? (context) => call('EXPORT_FAILED', (bounds) => exportContext(context, bounds))
      : noArchive.export,
    restore: restoreContext
      ? async (id) => checked(await call('RESTORE_FAILED', (bounds) => restoreContext(id, bounds)))
      : noArchive.restore,
  };
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

function checked(archived: unknown): ArchivedContext {
  if (archived === null) throw new ArchiveError('RESTORE_FAILED', 'The archive holds no such context.');
  const { context, version } = isObject(archived) ? archived : {};
  if (!isObject(context) || !Number.isSafeInteger(version) || Number(version) < 1) {
    throw new ArchiveError('RESTORE_FAILED', 'What the archive holds is not a context with its version.');
  }
  return { context, version: Number(version) };
}
