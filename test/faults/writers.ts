import { onTestFinished } from 'vitest';
import type { ContextManager } from '../../src/context/manager.ts';
import { ArpeggioError } from '../../src/errors.ts';

export interface Written {
  /** Each with the version that its write was told to have made. */
  readonly acknowledged: readonly { readonly key: string; readonly version: number }[];
  /** Keys of writes that may have been stored. */
  readonly unknown: readonly string[];
}

/** Writes one after the other, each a key of its own, until it is stopped. */
export function keepWriting(
  manager: Pick<ContextManager, 'update'>,
  id: string,
  name: string,
): Written & { stop(): Promise<Written> } {
  const acknowledged: { key: string; version: number }[] = [];
  const unknown: string[] = [];
  let isStopped = false;
  const run = async (): Promise<void> => {
    for (let n = 0; !isStopped; n += 1) {
      const key = `${name}.${n}`;
      try {
        const { delta } = await manager.update(id, { [key]: true });
        if (delta) acknowledged.push({ key, version: delta.version });
      } catch (error) {
        if (!(error instanceof ArpeggioError) || error.code !== 'STORE_UNAVAILABLE') throw error;
        if (error.applied === 'UNKNOWN') unknown.push(key);
      }
    }
  };
  const running = run();
  const stop = async (): Promise<Written> => {
    isStopped = true;
    await running;
    return { acknowledged, unknown };
  };
  onTestFinished(async () => {
    await stop();
  });
  return { acknowledged, unknown, stop };
}
