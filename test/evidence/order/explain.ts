import { canonicalText, equal, type JsonObject } from '../../../src/json.ts';
import { askedAt, type Request } from './claims.ts';
import { effectOf } from './effects.ts';
import type { Gap } from './gap.ts';

export interface Step {
  readonly request: Request;
  readonly state: JsonObject;
}

/** Past this many tries a gap counts as unexplained. */
const BUDGET = 200_000;

/**
 * Requests, one for each version of a gap, that lead from the state before it to the one after it; null where there are none. A search,
 * the only one here: its candidates are the few writes whose outcome nobody was told.
 */
export function explain(gap: Gap, suspects: readonly Request[]): readonly Step[] | null {
  // Who was late did it soon, as a rule: with the latest first, the search finds most at once.
  const candidates = suspects.toSorted((a, b) => askedAt(b) - askedAt(a));
  const failed = new Set<string>();
  const steps: Step[] = [];
  let budget = BUDGET;

  const search = (before: JsonObject | null): boolean => {
    const version = gap.from + steps.length;
    if (version > gap.to) return true;
    const key = keyOf(before, steps, gap.hasLeapsWithin);
    if (failed.has(key)) return false;
    for (const request of gap.candidates(version, candidates)) {
      budget -= 1;
      if (budget < 0) return false;
      if (steps.some((step) => step.request === request)) continue;
      const state = effectOf(request.write, before);
      // A write that changes nothing makes no version, unless it makes the context.
      if (state === null || (before && equal(state, before))) continue;
      steps.push({ request, state });
      if (gap.accepts(steps.map((step) => step.state)) && search(state)) return true;
      steps.pop();
    }
    failed.add(key);
    return false;
  };

  return search(gap.before) ? steps : null;
}

/** Writes that touch different keys lead to the same place in any order: it need be searched once, where nothing tells of the way. */
function keyOf(before: JsonObject | null, steps: readonly Step[], isOrdered: boolean): string {
  const names = steps.map(({ request }) => request.name);
  return `${(isOrdered ? names : names.sort()).join()} ${canonicalText(before)}`;
}
