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
import type { Made, Plan } from './plan.ts';

/** What a plan that moves the head came to: where it started and where it led. */
export interface Step {
  readonly fromVersion: number;
  readonly after: Snapshot;
  readonly entry: Entry | null;
}

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

  move(plan: Move): Step {
    const before = this.#current;
    const step = this.#step(plan, before);
    this.#current = step.after;
    return step;
  }

  leave(receipt: Receipt): void {
    this.#receipts.push(receipt);
  }

  /** What the store is to do; null where nothing was drafted. */
  commit(): Commit | null {
    if (this.#current === null) return null;
    const isMoved = this.#current.position !== this.#expected;
    if (!isMoved && this.#receipts.length === 0) return null;
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
