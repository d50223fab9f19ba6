/** A part of all ids: those that start with `prefix`, or the one that is it. */
export interface Range {
  readonly prefix: string;
  readonly isOne: boolean;
}

/** What patterns leave of the ids with a prefix: parts that do not overlap, in the order of their ids. */
export function rangesOf(patterns: readonly string[], prefix: string): readonly Range[] {
  const ranges = patterns
    .flatMap((pattern) => cut(pattern, prefix) ?? [])
    .sort((a, b) => compare(a.prefix, b.prefix) || Number(a.isOne) - Number(b.isOne));
  const kept: Range[] = [];
  for (const range of ranges) {
    const last = kept.at(-1);
    // In order, what holds a range comes before it, and nothing between the two is outside.
    const isHeld = last && (last.isOne ? last.prefix === range.prefix : range.prefix.startsWith(last.prefix));
    if (!isHeld) kept.push(range);
  }
  return kept;
}

function cut(pattern: string, prefix: string): Range | null {
  if (!pattern.endsWith('*')) return pattern.startsWith(prefix) ? { prefix: pattern, isOne: true } : null;
  const own = pattern.slice(0, -1);
  if (own.startsWith(prefix)) return { prefix: own, isOne: false };
  return prefix.startsWith(own) ? { prefix, isOne: false } : null;
}

/** By code points, as listings are ordered. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
