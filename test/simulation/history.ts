import { encodeCursor } from '../../src/context/cursor.ts';
import { apply } from '../../src/delta/apply.ts';
import { equal, type JsonObject } from '../../src/json.ts';
import type { Commit, Position } from '../../src/store/store.ts';

export class Fault extends Error {}

export function insist(condition: boolean, otherwise: () => string): asserts condition {
  if (!condition) throw new Fault(otherwise());
}

/** One state that a context was in. */
export interface Moment {
  readonly position: Position;
  readonly cursor: string;
  /** Null once deleted. */
  readonly state: JsonObject | null;
  readonly at: number;
  readonly previous: Moment | null;
  /** Counts how often all trace of the context was lost before: across that, a bare version means nothing. */
  readonly epoch: number;
  /** When it became the head for the last time, counted in heads. */
  headAt: number;
  /** A failover took it back. */
  isUndone: boolean;
}

/** All that ever happened to one context, as the store took it. */
export class History {
  readonly #moments = new Map<string, Moment>();
  #head: Moment | null = null;
  #heads = 0;
  #epoch = 0;

  /** The present, counted in heads. */
  get now(): number {
    return this.#heads;
  }

  find(cursor: string): Moment | undefined {
    return this.#moments.get(cursor);
  }

  /** The moment that a reader was told of. */
  get(cursor: string, teller: string): Moment {
    const moment = this.#moments.get(cursor);
    insist(moment !== undefined, () => `${teller} names a position that no commit made`);
    return moment;
  }

  /** The moment of a version, in the life that leads to another moment. */
  ancestor(from: Moment, version: number): Moment | null {
    let moment: Moment | null = from;
    while (moment && (moment.position.version > version || moment.state === null)) moment = moment.previous;
    return moment?.position.version === version && moment.position.life === from.position.life ? moment : null;
  }

  record({ expected, entries, next }: Commit): void {
    const before = this.#head;
    if (expected === null && this.#moments.size > 0) this.#epoch += 1;
    const isOnHead = expected === null ? before?.state == null : before?.cursor === encodeCursor(expected);
    insist(isOnHead, () => 'a commit was built on another head');
    let last = before?.position.life === next.position.life ? before : null;
    for (const { version, tag, fromTag, delta, insertedAt } of entries) {
      insist(version === (last?.position.version ?? 0) + 1, () => `version ${version} follows no version before it`);
      insist(
        fromTag === (last?.position.tag ?? ''),
        () => `version ${version} does not start where the one before ended`,
      );
      const position = { life: next.position.life, version, tag };
      last = this.#add(position, apply(delta, last?.state ?? {}), insertedAt, last ?? before);
    }
    if (next.status === 'ended') this.#add(next.position, null, next.endedAt, before);
    else insist(last?.state != null && equal(last.state, next.context), () => 'the deltas do not make the context');
    this.#makeHead(this.get(encodeCursor(next.position), 'a commit'));
  }

  /** A failover: an earlier position, or nothing at all, is the head again. */
  rewind(position: Position | null): void {
    const head = position ? this.get(encodeCursor(position), 'a failover') : null;
    if (head === this.#head) return;
    for (const moment of this.#moments.values()) moment.isUndone = true;
    for (let moment = head; moment; moment = moment.previous) moment.isUndone = false;
    this.#makeHead(head);
  }

  #makeHead(head: Moment | null): void {
    this.#heads += 1;
    this.#head = head;
    if (head) head.headAt = this.#heads;
  }

  #add(position: Position, state: JsonObject | null, at: number, previous: Moment | null): Moment {
    const cursor = encodeCursor(position);
    insist(!this.#moments.has(cursor), () => 'two commits made the same position');
    const moment = { position, cursor, state, at, previous, epoch: this.#epoch, headAt: -1, isUndone: false };
    this.#moments.set(cursor, moment);
    return moment;
  }
}
