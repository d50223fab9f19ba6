import { expect } from 'vitest';
import type { ContextChange, ContextDeleted, FullContext } from '../../src/context/model.ts';
import { apply } from '../../src/delta/apply.ts';
import type { ArpeggioError } from '../../src/errors.ts';
import type { JsonObject } from '../../src/json.ts';

export type Answer =
  | { readonly kind: 'read'; readonly context: FullContext | null }
  | ({ readonly kind: 'changed' } & ContextChange)
  | { readonly kind: 'deleted'; readonly deleted: ContextDeleted }
  | { readonly kind: 'failed'; readonly error: ArpeggioError };

/** One call, from the moment of asking to that of the answer, by a clock that ticks at each of both. */
export interface Call {
  /** Two attempts of one request have the same name. */
  readonly name: string;
  /** What it does to a context, by the definition of its verb. */
  readonly make: (before: JsonObject) => JsonObject;
  readonly expectedVersion: number | undefined;
  readonly asked: number;
  readonly answered: number;
  readonly answer: Answer;
}

/** A version, and the call that made it. */
interface Move {
  readonly call: Call;
  readonly after: JsonObject;
}

interface Life {
  /** By version, the first being at 1. */
  readonly moves: readonly (Move | undefined)[];
  readonly begun: number;
  /** When its end was first asked for, and when first answered. */
  readonly endAsked: number;
  readonly endAnswered: number;
}

/**
 * Whether calls that overlapped can have happened one after the other: each at one moment between its asking and its
 * answer, each finding what the one before left, each doing what its verb says.
 */
export function checkHistory(calls: readonly Call[], end: FullContext | null): void {
  const lives = new Map<string, Life>();
  for (const { answer } of calls) {
    if (answer.kind !== 'changed' || !answer.delta || lives.has(answer.delta.life)) continue;
    lives.set(answer.delta.life, lifeOf(answer.delta.life, calls, end));
  }
  for (const call of calls) {
    const { answer } = call;
    if (answer.kind === 'changed') checkSeen(call, answer.context, lives);
    if (answer.kind === 'read' && answer.context) checkSeen(call, answer.context, lives);
    if (answer.kind === 'read' && !answer.context) checkAbsent(call, lives);
    if (answer.kind === 'changed' && !answer.delta) checkKept(call, answer.context, calls);
    if (answer.kind === 'failed') checkFailed(call, answer.error, lives);
  }
  if (end) checkSeen({ asked: Number.MAX_SAFE_INTEGER, answered: Number.MAX_SAFE_INTEGER }, end, lives);
}

/** Its versions go up by one, each made by one call, out of what the one before had left. */
function lifeOf(life: string, calls: readonly Call[], end: FullContext | null): Life {
  const made: Call[] = [];
  const ends: Call[] = [];
  for (const call of calls) {
    const { answer } = call;
    if (answer.kind === 'deleted' && answer.deleted.life === life) ends.push(call);
    if (answer.kind !== 'changed' || answer.delta?.life !== life) continue;
    const { version } = answer.delta;
    expect(made[version]?.name ?? call.name, `version ${version} is made by one request`).toBe(call.name);
    made[version] ??= call;
  }
  let state: JsonObject = {};
  const moves = Array.from(made, (call, version): Move | undefined => {
    if (version === 0) return undefined;
    expect(call, `there is a version ${version}`).toBeDefined();
    const delta = call?.answer.kind === 'changed' ? call.answer.delta : null;
    expect(delta?.fromVersion).toBe(version - 1);
    expect(call?.expectedVersion ?? version - 1, 'a condition held').toBe(version - 1);
    const after = apply(delta?.delta ?? {}, state);
    expect(after, 'a write does what it says to what it met').toEqual(call?.make(state));
    for (const earlier of made.slice(1, version)) expect(earlier.asked).toBeLessThan(call.answered);
    state = after;
    return { call, after };
  });
  const last = moves.length - 1;
  const isLast = end?.life === life;
  expect(new Set(ends.map(({ name }) => name)).size, 'every life but the last is ended once').toBe(isLast ? 0 : 1);
  if (isLast) expect(end).toMatchObject({ version: last, context: state });
  for (const { answer, expectedVersion } of ends) {
    expect(answer).toMatchObject({ deleted: { version: last } });
    expect(expectedVersion ?? last, 'the condition of a deletion held').toBe(last);
  }
  return {
    moves,
    begun: made[1]?.answered ?? 0,
    endAsked: Math.min(...ends.map(({ asked }) => asked)),
    endAnswered: Math.min(...ends.map(({ answered }) => answered)),
  };
}

/** What is seen has been written, is not older than what was answered before, and not of a life that had ended. */
function checkSeen(
  { asked, answered }: Pick<Call, 'asked' | 'answered'>,
  seen: FullContext,
  lives: ReadonlyMap<string, Life>,
): void {
  const life = lives.get(seen.life);
  const move = life?.moves[seen.version];
  expect(move?.after, 'what is seen was written').toEqual(seen.context);
  expect(move?.call.asked, 'nothing is seen before it was asked for').toBeLessThan(answered);
  expect(life?.endAnswered, 'nothing is seen after it had ended').toBeGreaterThan(asked);
  for (const [version, made] of (life?.moves ?? []).entries()) {
    if (made && made.call.answered < asked)
      expect(seen.version, 'what was answered is seen').toBeGreaterThanOrEqual(version);
  }
}

/** Nothing is there only where no life was there all the time. */
function checkAbsent({ asked, answered }: Call, lives: ReadonlyMap<string, Life>): void {
  for (const { begun, endAsked } of lives.values()) {
    expect(begun < asked && answered < endAsked, 'what was there all the time is found').toBe(false);
  }
}

/**
 * A write that changed nothing changes nothing in what it returns. (One of two attempts returns what the other did.)
 */
function checkKept({ name, make, expectedVersion }: Call, seen: FullContext, calls: readonly Call[]): void {
  if (calls.filter((other) => other.name === name).length > 1) return;
  expect(make(seen.context), 'a write without a delta changes nothing').toEqual(seen.context);
  expect(expectedVersion ?? seen.version, 'its condition held').toBe(seen.version);
}

function checkFailed(call: Call, { code, applied, details }: ArpeggioError, lives: ReadonlyMap<string, Life>): void {
  expect(['CONTEXT_NOT_FOUND', 'VERSION_CONFLICT']).toContain(code);
  if (code === 'CONTEXT_NOT_FOUND') checkAbsent(call, lives);
  else expect(details['currentVersion'], 'a conflict is one').not.toBe(call.expectedVersion);
  if (applied !== 'YES') expect(applied).toBe('NO');
}
