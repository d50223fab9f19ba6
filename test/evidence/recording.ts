import type { Replica, WireChange } from '../../src/client/replica.ts';
import type { FullReason } from '../../src/context/model.ts';
import type { Path } from '../../src/delta/deep-update.ts';
import type { JsonObject } from '../../src/json.ts';

/** What was told of one exact state. */
export interface Told {
  readonly contextId: string;
  readonly life: string;
  readonly version: number;
  readonly cursor: string;
}

export interface FullTold extends Told {
  readonly __typename: 'FullContext';
  readonly context: JsonObject;
  readonly reason: FullReason | null;
}

export interface DeltaTold extends Told {
  readonly __typename: 'Delta';
  readonly fromVersion: number;
  readonly changes: readonly WireChange[];
}

export interface NoChangeTold extends Told {
  readonly __typename: 'NoChange';
}

export interface DeletedTold extends Told {
  readonly __typename: 'ContextDeleted';
}

export type EventTold = FullTold | DeltaTold | DeletedTold;

/** Where a reader says it stands. */
export type From =
  | { readonly kind: 'now' }
  /** `version: 0`. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'cursor'; readonly cursor: string };

/** What a write may ask besides. */
export interface Condition {
  readonly expectedVersion?: number;
  readonly expectedCursor?: string;
}

export type Write = Condition &
  (
    | { readonly verb: 'set'; readonly context: JsonObject }
    | { readonly verb: 'update'; readonly changes: JsonObject; readonly remove: readonly Path[] }
    | { readonly verb: 'delete' }
  );

export type Wish = Write | { readonly verb: 'read' } | { readonly verb: 'sync'; readonly from: From };

export type Answer =
  | { readonly kind: 'read'; readonly context: FullTold | null }
  | { readonly kind: 'synced'; readonly result: FullTold | DeltaTold | NoChangeTold }
  | { readonly kind: 'changed'; readonly context: FullTold; readonly delta: DeltaTold | null }
  | { readonly kind: 'deleted'; readonly deleted: DeletedTold }
  | { readonly kind: 'missing'; readonly applied: Applied }
  | {
      readonly kind: 'conflict';
      readonly applied: Applied;
      readonly currentVersion: number;
      readonly currentCursor: string | null;
      readonly changes: readonly WireChange[] | null;
    }
  | { readonly kind: 'failed'; readonly code: string; readonly applied: Applied }
  /** The connection was lost, or nobody's patience was enough. */
  | { readonly kind: 'none' };

/** What a failure says became of its write; null where it says nothing. */
export type Applied = 'NO' | 'UNKNOWN' | 'YES' | null;

/** One attempt of one request, from the moment of asking to that of the answer. */
export interface Operation {
  readonly client: string;
  readonly context: string;
  /** Two attempts of one request, under the same request id, have the same name; no other two operations have. */
  readonly request: string;
  readonly wish: Wish;
  readonly asked: number;
  readonly answered: number;
  readonly answer: Answer;
}

/** One time that a client watched a context, from asking for it to its end. */
export interface Session {
  readonly from: From;
  readonly asked: number;
  readonly events: readonly Received[];
  readonly ended: { readonly at: number; readonly why: Ending };
  /** What still came after the end. */
  readonly late: readonly Received[];
  /** What it could not apply to its copy. */
  readonly misfits: number;
  /** The client's copy, as the events before and in this session have made it. */
  readonly copy: Replica;
}

/** `left`: the client said so, and the server has heard it. `completed`, `failed`: the server said so. */
export type Ending = 'left' | 'completed' | 'failed' | 'lost';

export interface Received {
  readonly at: number;
  readonly event: EventTold;
}

/** A client of one context that comes, leaves and comes back, with its copy. */
export interface Subscription {
  readonly name: string;
  readonly context: string;
  readonly sessions: readonly Session[];
}

export interface Recording {
  readonly operations: readonly Operation[];
  readonly subscriptions: readonly Subscription[];
  /** Each context as it stood when everything had been answered. */
  readonly finals: readonly Final[];
}

export interface Final {
  readonly context: string;
  readonly state: FullTold | null;
  /** Where it stood, or how its last life ended; null where there never was one. */
  readonly cursor: string | null;
}

/** Writes down what a run asks and hears, by one clock that ticks at each of both. */
export class Recorder implements Recording {
  readonly operations: Operation[] = [];
  readonly subscriptions: Subscription[] = [];
  readonly finals: Final[] = [];
  #now = 0;

  tick(): number {
    this.#now += 1;
    return this.#now;
  }
}

/** One line of JSON for each operation, subscription and final state. */
export function toLines({ operations, subscriptions, finals }: Recording): string {
  const lines = [
    ...operations.map((operation) => ({ operation })),
    ...subscriptions.map((subscription) => ({ subscription })),
    ...finals.map((final) => ({ final })),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

export function fromLines(text: string): Recording {
  const recorder = new Recorder();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const { operation, subscription, final }: Line = JSON.parse(line);
    if (operation) recorder.operations.push(operation);
    if (subscription) recorder.subscriptions.push(subscription);
    if (final) recorder.finals.push(final);
  }
  return recorder;
}

interface Line {
  readonly operation?: Operation;
  readonly subscription?: Subscription;
  readonly final?: Final;
}
