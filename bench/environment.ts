import process from 'node:process';

/** A list of numbers that the environment gives, or the default. */
export function numbers(variable: string, fallback: readonly number[]): readonly number[] {
  const text = process.env[variable];
  return text ? text.split(',').map(Number) : fallback;
}

export function number(variable: string, fallback: number): number {
  return Number(process.env[variable] || fallback);
}

/** What this process has used until now, in microseconds. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
