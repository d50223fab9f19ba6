import { emptyReplica, follow, type Replica } from '../../src/client/replica.ts';
import { encodeCursor, endedTag } from '../../src/context/cursor.ts';
import { equal, type JsonObject } from '../../src/json.ts';
import { isWrite } from './order/claims.ts';
import { changesBetween, effectOf } from './order/effects.ts';
import {
  type Answer,
  type DeltaTold,
  type EventTold,
  type From,
  type FullTold,
  type Operation,
  type Received,
  Recorder,
  type Session,
  type Told,
  type Wish,
  type Write,
} from './recording.ts';

const CONTEXT = 'x';

/** How one operation goes. */
interface Course {
  readonly client?: string;
  /** The same for two attempts of one request. */
  readonly request?: string;
  /** Nobody is told the outcome; and nothing may have come of it. */
  readonly answer?: 'lost' | 'never done';
}

type Head = Told & { readonly state: JsonObject | null };

/** A recording made up by one who knows what is right: a context as it should behave, one operation after the other. */
export class Story extends Recorder {
  #head: Head | null = null;
  #lives = 0;
  #count = 0;
  readonly #watches = new Map<string, { from: From; asked: number; events: Received[]; copy: Replica }>();
  readonly #copies = new Map<string, Replica>();

  do(wish: Wish, { client = 'ada', request, answer }: Course = {}): Operation {
    this.#count += 1;
    const asked = this.tick();
    const honest = answer === 'never done' ? ({ kind: 'none' } as const) : this.#answer(wish);
    const operation: Operation = {
      client,
      context: CONTEXT,
      request: request ?? `request ${this.#count}`,
      wish,
      asked,
      answered: this.tick(),
      answer: answer ? { kind: 'none' } : honest,
    };
    this.operations.push(operation);
    return operation;
  }

  /** What comes after the position that the watcher's copy is at, if it has one. */
  watch(name: string): void {
    const copy = this.#copies.get(name) ?? emptyReplica;
    const from: From = copy.status === 'empty' ? { kind: 'nothing' } : { kind: 'cursor', cursor: copy.cursor };
    const watch = { from, asked: this.tick(), events: [], copy };
    this.#watches.set(name, watch);
    const head = this.#head;
    const isNews = head?.cursor !== (copy.status === 'empty' ? undefined : copy.cursor);
    if (head?.state && isNews) this.#tell(watch, this.#whole(head, copy.status === 'empty' ? 'INITIAL' : 'NEW_LIFE'));
  }

  leave(name: string): void {
    const watch = this.#watches.get(name);
    if (!watch) throw new TypeError(`${name} does not watch.`);
    this.#watches.delete(name);
    this.#copies.set(name, watch.copy);
    const { from, asked, events, copy } = watch;
    const ended = { at: this.tick(), why: 'left' } as const;
    const session: Session = { from, asked, events, ended, late: [], misfits: 0, copy };
    const known = this.subscriptions.findIndex((one) => one.name === name);
    const sessions = [...(this.subscriptions[known]?.sessions ?? []), session];
    this.subscriptions.splice(known < 0 ? this.subscriptions.length : known, 1, { name, context: CONTEXT, sessions });
  }

  end(): this {
    for (const name of [...this.#watches.keys()]) this.leave(name);
    const head = this.#head;
    const state = head?.state ? this.#whole(head, null) : null;
    this.finals.push({ context: CONTEXT, state, cursor: head?.cursor ?? null });
    return this;
  }

  #answer(wish: Wish): Answer {
    const head = this.#head;
    const live = head?.state ? head : null;
    if (isWrite(wish)) return this.#write(wish, live);
    if (wish.verb === 'read') return { kind: 'read', context: live && this.#whole(live, null) };
    if (!live) return { kind: 'missing', applied: null };
    return { kind: 'synced', result: this.#whole(live, 'INITIAL') };
  }

  #write(write: Write, live: Head | null): Answer {
    const { expectedVersion, expectedCursor } = write;
    if (!live && write.verb !== 'set') return { kind: 'missing', applied: 'NO' };
    const currentVersion = live?.version ?? 0;
    const currentCursor = this.#head?.cursor ?? null;
    const isMet =
      (expectedVersion ?? currentVersion) === currentVersion && (expectedCursor ?? currentCursor) === currentCursor;
    if (!isMet) return { kind: 'conflict', applied: 'NO', currentVersion, currentCursor, changes: null };
    if (live && write.verb === 'delete') {
      const { life, version } = live;
      const cursor = encodeCursor({ life, version, tag: endedTag(`end-${life}`) });
      this.#move({ contextId: CONTEXT, life, version, cursor, state: null });
      return { kind: 'deleted', deleted: { __typename: 'ContextDeleted', contextId: CONTEXT, life, version, cursor } };
    }
    const before = live?.state ?? null;
    const state = effectOf(write, before) ?? {};
    if (live && before && equal(before, state))
      return { kind: 'changed', context: this.#whole(live, null), delta: null };
    if (!live) this.#lives += 1;
    const life = live?.life ?? `life${this.#lives}`;
    const version = currentVersion + 1;
    const cursor = encodeCursor({ life, version, tag: `tag-${version}` });
    const next = { contextId: CONTEXT, life, version, cursor, state };
    this.#move(next);
    return { kind: 'changed', context: this.#whole(next, null), delta: deltaOf(next, before ?? {}) };
  }

  #move(next: Head): void {
    const before = this.#head;
    this.#head = next;
    for (const watch of this.#watches.values()) {
      if (next.state === null) this.#tell(watch, { __typename: 'ContextDeleted', ...told(next) });
      else if (before?.life === next.life) this.#tell(watch, deltaOf(next, before.state ?? {}));
      else this.#tell(watch, this.#whole(next, watch.copy.status === 'empty' ? 'INITIAL' : 'NEW_LIFE'));
    }
  }

  #tell(watch: { events: Received[]; copy: Replica }, event: EventTold): void {
    watch.events.push({ at: this.tick(), event });
    watch.copy = follow(watch.copy, event);
  }

  #whole(head: Head, reason: FullTold['reason']): FullTold {
    return { __typename: 'FullContext', ...told(head), context: head.state ?? {}, reason };
  }
}

function told({ contextId, life, version, cursor }: Told): Told {
  return { contextId, life, version, cursor };
}

function deltaOf(next: Head, before: JsonObject): DeltaTold {
  const changes = changesBetween(before, next.state ?? {});
  return { __typename: 'Delta', ...told(next), fromVersion: next.version - 1, changes };
}
