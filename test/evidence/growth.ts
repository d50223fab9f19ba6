import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

/** How much a process holds. */
export interface Holding {
  readonly residentMiB: number;
  /** Open files and sockets; null where the system does not tell. */
  readonly handles: number | null;
}

export function holdingOf(pid: number): Holding {
  const kib = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
  const folder = `/proc/${pid}/fd`;
  return { residentMiB: Math.round(kib / 102.4) / 10, handles: existsSync(folder) ? readdirSync(folder).length : null };
}

/** How much more of something there is in the last third of a run than in the one before, by their medians: 1 where it does not grow. */
export function growth(values: readonly number[]): number {
  const third = Math.floor(values.length / 3);
  if (third === 0) return 1;
  return median(values.slice(-third)) / median(values.slice(-2 * third, -third));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
