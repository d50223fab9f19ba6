import { mkdirSync, writeFileSync } from 'node:fs';
import process from 'node:process';

/** NaN where there are none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that a share of them, from 0 to 1, does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A Markdown table on the standard output. */
export function printTable(columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  console.log(line(columns));
  console.log(`|${'---|'.repeat(columns.length)}`);
  for (const row of rows) console.log(line(row));
}

/** With as many digits as tell anything; a dash where there is nothing to tell. */
export function figure(value: number, unit = ''): string {
  if (!Number.isFinite(value)) return '–';
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const text = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${text} ${unit}`.trimEnd();
}

/** What was measured next to what it should be. */
export function goal(ratio: number, atLeast: number): string {
  return `${figure(ratio, 'x')} (at least ${atLeast}: ${verdict(ratio >= atLeast)})`;
}

export function ceiling(value: number, atMost: number, unit: string): string {
  return `${figure(value, unit)} (at most ${atMost}: ${verdict(value <= atMost)})`;
}

function verdict(isReached: boolean): string {
  return isReached ? 'reached' : 'missed';
}

/** Keeps what was measured as bench/results/NAME.json. */
export function keepResults(name: string, results: object): void {
  mkdirSync('bench/results', { recursive: true });
  writeFileSync(`bench/results/${name}.json`, `${JSON.stringify({ node: process.version, ...results }, null, 2)}\n`);
}
