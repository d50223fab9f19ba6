import { mkdirSync, writeFileSync } from 'node:fs';
import process from 'node:process';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** A list of numbers that the environment gives, or the default. */
export function numbers(variable: string, fallback: readonly number[]): readonly number[] {
  const text = process.env[variable];
  return text ? text.split(',').map(Number) : fallback;
}

export function number(variable: string, fallback: number): number {
  return Number(process.env[variable] || fallback);
}

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A figure beside what it should be: `3.1, goal >= 4, MISSED`. */
export function beside(value: number, goal: { readonly atMost?: number; readonly atLeast?: number }): string {
  const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = goal;
  const named = goal.atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
  return `${value.toFixed(2)} (goal ${named}${value <= atMost && value >= atLeast ? '' : ', missed'})`;
}

/** All that was measured, to `bench/results/NAME.json`. */
export function save(name: string, results: object): void {
  mkdirSync('bench/results', { recursive: true });
  writeFileSync(`bench/results/${name}.json`, `${JSON.stringify({ node: process.version, ...results }, null, 2)}\n`);
}
