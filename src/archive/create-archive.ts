import pLimit from 'p-limit';
import { ArchiveError, type ArchiveErrorCode } from '../errors.ts';
import { isObject } from '../json.ts';
import { type Archive, type ArchiveCall, type ArchiveCallbacks, type ArchivedContext, noArchive } from './archive.ts';

export interface ArchiveOptions {
  /** How long one call may take, the wait for its turn included, before it is given up, in milliseconds. @default 30000 */
  readonly archiveTimeoutMs?: number;
  /** How many calls run at once; the others wait their turn, also for calls that were given up and still hang. @default 8 */
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
  const running = new Set<AbortController>();

  const call = async <T>(code: ArchiveErrorCode, run: (call: ArchiveCall) => Promise<T>): Promise<T> => {
    const bounds = new AbortController();
    const { signal } = bounds;
    const late = new DOMException(`The archive did not answer within ${archiveTimeoutMs} ms.`, 'TimeoutError');
    const timer = setTimeout(() => bounds.abort(late), archiveTimeoutMs);
    running.add(bounds);
    // A call keeps its turn until it really ends: one that was given up still burdens the archive.
    const outcome = inTurn(async () => (signal.aborted ? whenAborted(signal) : run({ signal })));
    outcome.catch(() => {});
    try {
      return await Promise.race([outcome, whenAborted(signal)]);
    } catch (error) {
      const message = signal.aborted ? String(signal.reason.message) : 'The archive failed.';
      throw new ArchiveError(code, message, { cause: error });
    } finally {
      clearTimeout(timer);
      running.delete(bounds);
    }
  };

  return {
    export: exportContext
      ? (context) => call('EXPORT_FAILED', (bounds) => exportContext(context, bounds))
      : noArchive.export,
    restore: restoreContext
      ? async (id) => checked(await call('RESTORE_FAILED', (bounds) => restoreContext(id, bounds)))
      : noArchive.restore,
    async close() {
      const closing = new DOMException('The server is closing.', 'AbortError');
      for (const bounds of running) bounds.abort(closing);
      await callbacks.close?.();
    },
  };
}

/** Rejects once aborted; at once where it is already. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

/** Leaves a restored context more versions than it can ever use before numbers lose their exactness. */
const MAX_VERSION = 2 ** 52;

function checked(archived: unknown): ArchivedContext {
  if (archived === null) throw new ArchiveError('RESTORE_FAILED', 'The archive holds no such context.');
  const { context, version } = isObject(archived) ? archived : {};
  if (!isObject(context) || !Number.isSafeInteger(version) || Number(version) < 1 || Number(version) > MAX_VERSION) {
    const cause = new TypeError('The archive returned something else.');
    throw new ArchiveError('RESTORE_FAILED', 'What the archive holds is not a context with its version.', { cause });
  }
  return { context, version: Number(version) };
}
