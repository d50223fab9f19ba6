import type { Clock } from '../clock.ts';
import {
  type Commit,
  type Entry,
  endedHead,
  type LiveContext,
  type Position,
  type Receipt,
  type Snapshot,
} from '../store/store.ts';
import { endedTag } from './cursor.ts';
import type { Made, Plan, Refused } from './plan.ts';

/** What a plan that moves the head came to: where it started and where it led. */
export interface Step {
  readonly fromVersion: number;
  readonly after: Snapshot;
  readonly entry: Entry | null;
}

/** A request to be remembered, and what it must be equal in to be the same. */
export interface WriteRequest {
  readonly key: string;
  readonly fingerprint: string;
}

/** What a write comes to once the draft stands. */
export type Drafted = ({ readonly kind: 'moved' } & Step) | { readonly kind: 'kept'; readonly at: Snapshot };

type Move = Extract<Plan, { kind: 'begin' | 'advance' | 'replace' | 'end' }>;

/**
 * A commit in the making: the state as it will stand after each write of a group, and what the store must be told to get there.
 */
export class Draft {
  readonly #expected: Position | null;
  readonly #clock: Clock;
  readonly #mint: () => string;
  readonly #entries: Entry[] = [];
  readonly #receipts: Receipt[] = [];
  #current: Snapshot | null;

  constructor(base: Snapshot | null, clock: Clock, mint: () => string) {
    this.#expected = base?.position ?? null;
    this.#current = base;
    this.#clock = clock;
    this.#mint = mint;
  }

  get current(): Snapshot | null {
    return this.#current;
  }

  /** Whether a plan fits behind what is drafted already: one commit holds versions of one life, and an end stands alone. */
  takes(plan: Plan): boolean {
    const isFirst = this.#current?.position === this.#expected || this.#current === null;
    return plan.kind === 'begin' || plan.kind === 'replace' || plan.kind === 'end' ? isFirst : true;
  }

  /** Whether a receipt with this key is in the draft; the same request twice can't be one commit. */
  has(key: string): boolean {
    return this.#receipts.some((receipt) => receipt.key === key);
  }

  /** Puts a plan behind what is drafted already. */
  take(plan: Exclude<Plan, Refused>, request: WriteRequest | undefined): Drafted {
    const step = plan.kind === 'keep' ? null : this.#step(plan, this.#current);
    const after = step?.after ?? this.#current;
    if (after === null) throw new TypeError('A write that is kept has a context.');
    this.#current = after;
    if (request) {
      const fromVersion = step?.fromVersion ?? after.position.version;
      const at = after.status === 'ended' ? after.endedAt : this.#clock.now();
      this.#receipts.push(Object.freeze({ ...request, fromVersion, position: after.position, at }));
    }
    return step ? { kind: 'moved', ...step } : { kind: 'kept', at: after };
  }

  /** Whether there is nothing to write. */
  get isEmpty(): boolean {
    return (this.#current?.position ?? null) === this.#expected && this.#receipts.length === 0;
  }

  /** What the store is to do. Where that is nothing, it finds out whether the position still stands. */
  commit(): Commit {
    if (this.#current === null) throw new TypeError('There is nothing to commit.');
    return { expected: this.#expected, entries: this.#entries, next: this.#current, receipts: this.#receipts };
  }

  #step(plan: Move, before: Snapshot | null): Step {
    switch (plan.kind) {
      case 'begin':
        return this.#make(plan, { life: this.#mint(), version: 0, tag: '' }, floorAbove(before));
      case 'advance':
        if (before === null) throw new TypeError('What is not there cannot advance.');
        return this.#make(plan, before.position, before.floor);
      case 'replace': {
        const position = Object.freeze({ life: this.#mint(), version: plan.version, tag: this.#mint() });
        const after = this.#live(position, floorAbove(before), plan.made);
        return { fromVersion: plan.version, after, entry: null };
      }
      case 'end':
        return this.#end(plan, before);
    }
  }

  #make(plan: Extract<Move, { kind: 'begin' | 'advance' }>, from: Position, floor: number): Step {
    const position: Position = Object.freeze({ life: from.life, version: from.version + 1, tag: this.#mint() });
    const after = this.#live(position, floor, plan.made);
    const { version, tag } = position;
    const { insertedAt } = after;
    const entry: Entry = Object.freeze({ fromTag: from.tag, version, tag, delta: plan.delta, insertedAt });
    this.#entries.push(entry);
    return { fromVersion: from.version, after, entry };
  }

  #live(position: Position, floor: number, { bytes, nodes, context }: Made): LiveContext {
    return Object.freeze({ status: 'live', position, floor, insertedAt: this.#clock.now(), bytes, nodes, context });
  }

  #end(plan: Extract<Move, { kind: 'end' }>, before: Snapshot | null): Step {
    if (before === null) throw new TypeError('What is not there cannot end.');
    const after = endedHead(before, endedTag(this.#mint()), this.#clock.now(), plan.reason);
    return { fromVersion: before.position.version, after, entry: null };
  }
}

/** A new life's floor: the highest version that any life before it is known to have had. */
function floorAbove(before: Snapshot | null): number {
  return before === null ? 0 : Math.max(before.floor, before.position.version);
}
