import { decodeCursor, isEnded } from '../../../src/context/cursor.ts';
import type { JsonObject } from '../../../src/json.ts';
import type { DeletedTold, DeltaTold, Final, FullTold, Operation, Recording, Told, Write } from '../recording.ts';

/** All attempts of one write. */
export interface Request {
  readonly name: string;
  readonly write: Write;
  readonly attempts: Operation[];
}

/** That a request was answered with a version that it made, or an end. */
export interface Claim<T extends Told> {
  readonly request: Request;
  readonly attempt: Operation;
  readonly told: T;
}

/** That a position was current at some moment between two. */
export interface Sighting {
  readonly cursor: string;
  readonly life: string;
  readonly version: number;
  readonly isEnd: boolean;
  /** Undefined where only the position was told. */
  readonly state: JsonObject | undefined;
  readonly asked: number;
  readonly answered: number;
  readonly by: Operation | 'the end' | 'a subscriber';
}

/** What a reader was told to have changed from one version to another. */
export interface Leap extends Pick<DeltaTold, 'life' | 'version' | 'fromVersion' | 'changes'> {}

/** All that is said of one context. */
export interface Claims {
  readonly requests: readonly Request[];
  readonly made: readonly Claim<DeltaTold>[];
  readonly ended: readonly Claim<DeletedTold>[];
  readonly sightings: readonly Sighting[];
  /** Operations that were told that there is no context, and nothing of one before. */
  readonly absences: readonly Operation[];
  /** What subscribers were told: it proves nothing, but helps to find what became of writes whose outcome nobody knows. */
  readonly hints: readonly Sighting[];
  readonly leaps: readonly Leap[];
  /** Of two positions that one reader was told one after the other. */
  readonly sequences: readonly (readonly [Told, Told])[];
}

export function isWrite(wish: Operation['wish']): wish is Write {
  return wish.verb === 'set' || wish.verb === 'update' || wish.verb === 'delete';
}

/** When a request can have taken effect at the earliest. */
export function askedAt({ attempts }: Request): number {
  return attempts.reduce((first, { asked }) => Math.min(first, asked), Number.POSITIVE_INFINITY);
}

/** Whether it may have been applied although no attempt was told so, or with which outcome. */
export function mayHaveApplied({ attempts }: Request): boolean {
  return attempts.some(({ answer }) => {
    switch (answer.kind) {
      case 'none':
        return true;
      case 'failed':
      case 'missing':
      case 'conflict':
        return answer.applied !== 'NO';
      // Repeating a write tells its version only as long as the window holds it.
      case 'changed':
        return answer.delta === null && attempts.length > 1;
      default:
        return false;
    }
  });
}

export function claimsOf(context: string, { operations, subscriptions, finals }: Recording): Claims {
  const mine = operations.filter((operation) => operation.context === context);
  const requests = new Map<string, Request>();
  const made: Claim<DeltaTold>[] = [];
  const ended: Claim<DeletedTold>[] = [];
  for (const attempt of mine) {
    const { wish, answer } = attempt;
    if (!isWrite(wish)) continue;
    const request = requests.get(attempt.request) ?? { name: attempt.request, write: wish, attempts: [] };
    requests.set(attempt.request, request);
    request.attempts.push(attempt);
    if (answer.kind === 'changed' && answer.delta) made.push({ request, attempt, told: answer.delta });
    if (answer.kind === 'deleted') ended.push({ request, attempt, told: answer.deleted });
  }
  const sessions = subscriptions.filter((one) => one.context === context).flatMap((one) => one.sessions);
  const end = { asked: Number.POSITIVE_INFINITY, answered: Number.POSITIVE_INFINITY, by: 'the end' } as const;
  const final = finals.find((one) => one.context === context);
  return {
    requests: [...requests.values()],
    made,
    ended,
    sightings: [...mine.flatMap(sightingsOf), ...(final ? finalSightings(final, end) : [])],
    absences: mine.filter(tellsAbsence),
    hints: sessions.flatMap(({ asked, events }) =>
      events.map(({ at, event }) => sightingOf(event, { asked, answered: at, by: 'a subscriber' })),
    ),
    leaps: [
      ...mine.flatMap(leapsOf),
      ...sessions.flatMap(({ events }) => events.flatMap(({ event }) => (event.__typename === 'Delta' ? event : []))),
    ],
    sequences: sessions.flatMap(({ events }) =>
      events.slice(1).map(({ event }, i) => [events[i]?.event ?? event, event] as const),
    ),
  };
}

type Window = Pick<Sighting, 'asked' | 'answered' | 'by'>;

function sightingsOf(operation: Operation): Sighting[] {
  const { answer } = operation;
  const window = { asked: operation.asked, answered: operation.answered, by: operation };
  switch (answer.kind) {
    case 'read':
      return answer.context ? [sightingOf(answer.context, window)] : [];
    case 'synced':
      return [sightingOf(answer.result, window)];
    // What a write has made itself is its claim.
    case 'changed':
      return answer.delta?.cursor === answer.context.cursor ? [] : [sightingOf(answer.context, window)];
    case 'conflict':
      return answer.currentCursor === null ? [] : [conflictSighting(answer.currentCursor, window)];
    default:
      return [];
  }
}

function finalSightings({ state, cursor }: Final, window: Window): Sighting[] {
  if (state) return [sightingOf(state, window)];
  return cursor === null ? [] : [conflictSighting(cursor, window)];
}

function leapsOf({ wish, answer }: Operation): Leap[] {
  if (answer.kind === 'synced') return answer.result.__typename === 'Delta' ? [answer.result] : [];
  if (answer.kind !== 'conflict' || !answer.changes || !answer.currentCursor || !isWrite(wish)) return [];
  const { life, version } = decodeCursor(answer.currentCursor);
  const fromVersion = wish.expectedCursor ? decodeCursor(wish.expectedCursor).version : (wish.expectedVersion ?? 0);
  return [{ life, version, fromVersion, changes: answer.changes }];
}

/** A conflict names a life by nothing but its cursor. */
function conflictSighting(cursor: string, window: Window): Sighting {
  const position = decodeCursor(cursor);
  const { life, version } = position;
  return { cursor, life, version, isEnd: isEnded(position), state: undefined, ...window };
}

function sightingOf(
  told: Told & { readonly __typename: string } & Partial<Pick<FullTold, 'context'>>,
  window: Window,
): Sighting {
  const { cursor, life, version, context: state, __typename } = told;
  return { cursor, life, version, isEnd: __typename === 'ContextDeleted', state, ...window };
}

function tellsAbsence({ answer }: Operation): boolean {
  switch (answer.kind) {
    case 'read':
      return answer.context === null;
    case 'missing':
      return true;
    case 'conflict':
      return answer.currentCursor === null;
    default:
      return false;
  }
}
