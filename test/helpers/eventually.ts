import { setTimeout as pause } from 'node:timers/promises';

/** Long enough for the slowest machine; only a failing test ever waits this long. */
const PATIENCE_MS = 20_000;

/** Resolves once `check` runs without throwing; past all patience it rejects with what `check` threw last. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
    }
    await pause(2);
  }
}
