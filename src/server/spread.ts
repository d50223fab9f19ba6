import type { Clock } from '../clock.ts';

/** The least between two that leave where there are few, in milliseconds: a hundred a second come back to the other processes. */
const SPACING_MS = 10;

/** Calls each, one after the other, within `windowMs` at most; the first at once. Whoever lost a server comes back to another, and not all together. */
export async function spread(leave: readonly (() => void)[], windowMs: number, clock: Clock): Promise<void> {
  const spacing = Math.min(windowMs / leave.length, SPACING_MS);
  const startedAt = clock.monotonic();
  for (const [i, go] of leave.entries()) {
    const wait = startedAt + i * spacing - clock.monotonic();
    if (wait >= 1) await new Promise<void>((resolve) => clock.after(wait, resolve));
    go();
  }
}
