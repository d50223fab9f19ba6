import { type DocumentNode, Kind } from 'graphql';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Positioned } from './replica.ts';

/** A whole context as a cache has it: the fields of `FullContext` that were selected. */
export type Copy = Positioned & {
  readonly __typename: 'FullContext';
  readonly contextId: string;
  readonly context: JsonObject;
};

/** What is known of a context: how it is, or that its life has ended. */
export type Known = Copy | (Positioned & { readonly __typename: 'ContextDeleted'; readonly contextId: string });

type Variables = { readonly [name: string]: unknown };

type Listener = (known: Known) => void;

/** An operation under way. */
export interface Taking {
  /** What a cache is to be given in place of what came: nothing in it is older than what is known. */
  take<T>(data: T): T;
  end(): void;
}

/** Every field of `FullContext`; under another name none is recognised. */
const FIELDS = ['__typename', 'contextId', 'life', 'version', 'cursor', 'context', 'insertedAt', 'reason'];

/**
 * The newest copies that any operation has brought, so that no answer that was long on its way makes a cache older. Versions compare within one
 * life. Of two lives nobody but the server knows which came first: as long as a context is subscribed to, the subscription tells.
 */
export class Copies {
  readonly #max: number;
  readonly #known = new Map<string, Known>();
  readonly #followers = new Map<string, number>();
  readonly #listeners = new Set<Listener>();

  /** `max`: how many contexts are known at once, besides those that are subscribed to. */
  constructor(max = 1000) {
    this.#max = max;
  }

  get(id: string): Known | undefined {
    return this.#known.get(id);
  }

  /** Calls the listener with whatever becomes known from now on, until the returned function is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** To be called when an operation begins. */
  open(document: DocumentNode, variables: Variables): Taking {
    const [followed] = rootFields(document, variables, 'contextChanged');
    if (followed) return this.#follow(followed.id);
    const reads = rootFields(document, variables, 'context');
    return {
      take: <T>(data: T): T => {
        const taken = this.#takeAnswer(data as Json);
        return (isObject(taken) ? reads.reduce((root, read) => this.#takeRead(root, read), taken) : taken) as T;
      },
      end() {},
    };
  }

  #follow(id: string): Taking {
    this.#followers.set(id, this.#followersOf(id) + 1);
    let last: Known | undefined;
    let isOver = false;
    const takeEvent = (event: Known): Known => {
      const known = this.#known.get(id);
      // What it took back itself is gone from the server, as after a failover; where it only lags behind an answer, the answer is newer.
      const isBack = last?.life === event.life && event.version < last.version;
      last = event;
      if (known && !isBack && isAfter(known, event)) return merged(event, known);
      this.#know(event);
      return event;
    };
    return {
      take: <T>(data: T): T =>
        (isObject(data) ? mapValues(data, (value) => (isKnown(value) ? takeEvent(value) : value)) : data) as T,
      end: () => {
        if (isOver) return;
        isOver = true;
        this.#followers.set(id, this.#followersOf(id) - 1);
        if (this.#followersOf(id) === 0) this.#followers.delete(id);
      },
    };
  }

  #takeAnswer(value: Json): Json {
    if (Array.isArray(value)) return value.map((item: Json) => this.#takeAnswer(item));
    if (!isObject(value)) return value;
    if (isKnown(value)) return { ...this.#takeKnown(value) };
    // A delta, like a context, holds JSON of anybody's.
    if (value['__typename'] === 'Delta' || value['__typename'] === 'FullContext') return value;
    return mapValues(value, (item) => this.#takeAnswer(item as Json));
  }

  #takeKnown(answer: Known): Known {
    const known = this.#known.get(answer.contextId);
    const isOlder = known && (isAfter(known, answer) || this.#isHidden(known, answer.life));
    if (isOlder) return merged(answer, known);
    if (answer.__typename === 'ContextDeleted' || answer.context !== undefined) this.#know(answer);
    return answer;
  }

  /** A context that is not there has no position: whether it is gone or not there yet, a subscription tells. */
  #takeRead(root: JsonObject, { key, id }: RootField): JsonObject {
    const [answer, known] = [root[key], this.#known.get(id)];
    if (answer === undefined || known === undefined) return root;
    if (known.__typename === 'ContextDeleted') return { ...root, [key]: null };
    if (answer !== null) return root;
    if (this.#followersOf(id) > 0) return { ...root, [key]: { ...known } };
    this.#known.delete(id);
    return root;
  }

  #isHidden(known: Known, life: string): boolean {
    return known.life !== life && this.#followersOf(known.contextId) > 0;
  }

  #followersOf(id: string): number {
    return this.#followers.get(id) ?? 0;
  }

  #know(next: Known): void {
    const known = Object.fromEntries(Object.entries(next).filter(([name]) => FIELDS.includes(name))) as Known;
    this.#known.delete(next.contextId);
    this.#known.set(next.contextId, known);
    for (const id of this.#known.keys()) {
      if (this.#known.size <= this.#max + this.#followers.size) break;
      if (this.#followersOf(id) === 0) this.#known.delete(id);
    }
    for (const listener of this.#listeners) listener(known);
  }
}

/** Within one life; its end comes after everything else in it. */
function isAfter(known: Known, other: Known): boolean {
  if (known.life !== other.life || other.__typename === 'ContextDeleted') return false;
  return known.__typename === 'ContextDeleted' || known.version > other.version;
}

/** A selection has a type of its own: what is known to have ended can not stand where a whole context is. */
function merged(older: Known, newer: Known): Known {
  return older.__typename === 'FullContext' && newer.__typename === 'FullContext' ? { ...older, ...newer } : older;
}

function isKnown(value: unknown): value is Known {
  if (!isObject(value) || !['FullContext', 'ContextDeleted'].includes(String(value['__typename']))) return false;
  return (
    typeof value['contextId'] === 'string' && typeof value['life'] === 'string' && Number.isInteger(value['version'])
  );
}

function mapValues(object: JsonObject, map: (value: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)])) as JsonObject;
}

interface RootField {
  /** What it is called in the answer. */
  readonly key: string;
  readonly id: string;
}

function rootFields(document: DocumentNode, variables: Variables, name: string): readonly RootField[] {
  const selections = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [],
  );
  return selections.flatMap((field) => {
    if (field.kind !== Kind.FIELD || field.name.value !== name) return [];
    const value = field.arguments?.find((argument) => argument.name.value === 'id')?.value;
    const id = value?.kind === Kind.VARIABLE ? variables[value.name.value] : value && 'value' in value && value.value;
    return [{ key: field.alias?.value ?? name, id: String(id) }];
  });
}
