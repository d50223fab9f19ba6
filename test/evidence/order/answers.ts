import { decodeCursor, isEnded } from '../../../src/context/cursor.ts';
import { equal, type JsonObject } from '../../../src/json.ts';
import type { Answer, DeltaTold, From, Operation, Told, Write } from '../recording.ts';
import { at, type Findings, short } from '../violation.ts';
import { isWrite, type Request } from './claims.ts';
import { effectOf, leads } from './effects.ts';
import type { Moment, VersionOrder } from './version-order.ts';

/** Holds each answer against the state that it tells of. When that state was, is the timeline's matter. */
export class Answers {
  readonly #order: VersionOrder;
  readonly #requests: ReadonlyMap<string, Request>;
  readonly #findings: Findings;

  constructor(order: VersionOrder, requests: readonly Request[], findings: Findings) {
    this.#order = order;
    this.#requests = new Map(requests.map((request) => [request.name, request]));
    this.#findings = findings;
  }

  check(operation: Operation): void {
    const { wish, answer } = operation;
    switch (answer.kind) {
      case 'read':
        if (answer.context) this.#seen(operation, answer.context, answer.context.context);
        return;
      case 'synced':
        if (wish.verb === 'sync') this.#synced(operation, wish.from, answer.result);
        return;
      case 'changed':
        if (isWrite(wish)) this.#changed(operation, wish, answer);
        return;
      case 'deleted':
        if (isWrite(wish)) this.#held(operation, wish, this.#order.find(answer.deleted));
        return;
      case 'conflict':
        if (isWrite(wish)) this.#conflict(operation, wish, answer);
        return;
      case 'missing':
        // Unless it is a repetition, and what the first attempt has made is gone.
        this.#insist(
          wish.verb !== 'set' || (answer.applied === 'YES' && this.#isRepeated(operation)),
          'absence',
          operation,
          'was refused for what it does not need',
        );
        return;
      default:
        return;
    }
  }

  #seen(operation: Operation, told: Told, context: JsonObject): void {
    const state = this.#order.find(told)?.state;
    this.#insist(state == null || equal(state, context), 'seen', operation, 'saw what was not written');
  }

  #synced(operation: Operation, from: From, result: Extract<Answer, { kind: 'synced' }>['result']): void {
    if (result.__typename === 'FullContext') {
      this.#seen(operation, result, result.context);
      return;
    }
    const start = startOf(from, result.life);
    if (result.__typename === 'NoChange') {
      const isSame = start?.life === result.life && start.version === result.version;
      const isExact = from.kind !== 'cursor' || from.cursor === result.cursor;
      this.#insist(isSame && isExact, 'delta', operation, 'is at another position');
      return;
    }
    const isFromThere = start?.life === result.life && start.version === result.fromVersion;
    if (this.#insist(isFromThere, 'delta', operation, 'starts elsewhere')) this.#leads(operation, result);
  }

  #leads(operation: Operation, delta: DeltaTold): void {
    const before = this.#order.find({ life: delta.life, version: delta.fromVersion })?.state ?? undefined;
    const after = this.#order.find(delta)?.state ?? undefined;
    const isUp = delta.version > delta.fromVersion;
    this.#insist(isUp && leads(delta, before, after), 'delta', operation, 'leads elsewhere');
  }

  #changed(operation: Operation, write: Write, { context, delta }: Extract<Answer, { kind: 'changed' }>): void {
    const isRepeated = this.#isRepeated(operation);
    if (delta) {
      // What it made was held against its verb as the chain was built.
      const made = this.#order.find(delta);
      this.#held(operation, write, made && this.#before(made));
      if (context.cursor === delta.cursor) return;
      this.#insist(isRepeated, 'effect', operation, 'was answered with another state than it made');
    }
    this.#seen(operation, context, context.context);
    // A repetition is answered with the context as it stands by then.
    if (delta || isRepeated) return;
    const after = effectOf(write, context.context);
    this.#insist(after !== null && equal(after, context.context), 'kept', operation, 'was not done');
    this.#held(operation, write, this.#order.find(context));
  }

  /** A condition names the moment that the write found. */
  #held(operation: Operation, { expectedVersion, expectedCursor }: Write, found: Moment | undefined): void {
    if (!found) return;
    const version = found.state === null ? 0 : found.version;
    const isVersion = expectedVersion === undefined || expectedVersion === version;
    const isCursor = expectedCursor === undefined || found.cursor === undefined || expectedCursor === found.cursor;
    const where = found.life === null ? 'nothing' : at({ life: found.life, version });
    this.#insist(isVersion && isCursor, 'condition', operation, `was done on ${where}`);
  }

  #isRepeated({ request }: Operation): boolean {
    return (this.#requests.get(request)?.attempts.length ?? 1) > 1;
  }

  #before({ index }: Moment): Moment | undefined {
    return this.#order.moments[index - 1];
  }

  #conflict(operation: Operation, write: Write, answer: Extract<Answer, { kind: 'conflict' }>): void {
    const { expectedVersion, expectedCursor } = write;
    const { currentVersion, currentCursor, changes } = answer;
    const isOther =
      (expectedVersion !== undefined && expectedVersion !== currentVersion) ||
      (expectedCursor !== undefined && expectedCursor !== currentCursor);
    this.#insist(isOther, 'conflict', operation, 'is where it was expected to be');
    this.#insist(answer.applied === 'NO', 'conflict', operation, 'has an outcome');
    if (currentCursor === null) {
      this.#insist(currentVersion === 0, 'conflict', operation, 'has no cursor');
      return;
    }
    const current = decodeCursor(currentCursor);
    const version = isEnded(current) ? 0 : current.version;
    this.#insist(version === currentVersion, 'conflict', operation, 'tells of two versions');
    const start =
      expectedCursor === undefined ? { ...current, version: expectedVersion ?? 0 } : decodeCursor(expectedCursor);
    if (changes === null) return;
    const before = this.#order.find(start);
    const after = this.#order.find(current)?.state ?? undefined;
    const isOne = start.life === current.life && before !== undefined;
    this.#insist(
      isOne && leads({ changes }, before.state ?? undefined, after),
      'delta',
      operation,
      'tells of other changes',
    );
  }

  #insist(condition: boolean, rule: Parameters<Findings['insist']>[1], operation: Operation, what: string): boolean {
    return this.#findings.insist(condition, rule, () => `${short(operation)} ${what}`);
  }
}

/** A bare version counts as one of the life that answers. */
function startOf(from: From, life: string): Pick<Told, 'life' | 'version'> | null {
  if (from.kind === 'version') return { life, version: from.version };
  return from.kind === 'cursor' ? decodeCursor(from.cursor) : null;
}
