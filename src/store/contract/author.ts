import { calculate } from '../../delta/calculate.ts';
import { type JsonObject, measure } from '../../json.ts';
import type { Commit, EndedHead, Entry, LiveContext, Receipt, Snapshot } from '../store.ts';

export type LiveCommit = Commit & { readonly next: LiveContext };
export type EndingCommit = Commit & { readonly next: EndedHead };

/**
 * Makes commits as the writer of contexts makes them: frozen at every level, each version with a tag that no other has,
 * floors derived from what ended. None of them is written before a case hands it to the store.
 */
export class Author {
  #made = 0;

  /** A first version of a new life, on no trace or on a tombstone. */
  begin(before: Snapshot | null, context: JsonObject, receipts: readonly Receipt[] = []): LiveCommit {
    const floor = before === null ? 0 : Math.max(before.floor, before.position.version);
    const origin = { position: { life: this.#mint('life'), version: 0, tag: '' }, floor, context: {} };
    return this.#extend(before, origin, [context], receipts);
  }

  /** One more version for each context. */
  advance(before: LiveContext, contexts: readonly JsonObject[], receipts: readonly Receipt[] = []): LiveCommit {
    return this.#extend(before, before, contexts, receipts);
  }

  /** Ends a life: a tombstone with the last version and a tag of its own. */
  end(before: LiveContext, receipts: readonly Receipt[] = []): EndingCommit {
    const { life, version } = before.position;
    const next: EndedHead = {
      status: 'ended',
      position: { life, version, tag: `~${this.#mint('tag')}` },
      floor: before.floor,
      endedAt: this.#time(),
      reason: 'DELETED',
    };
    return freeze({ expected: before.position, entries: [], next, receipts });
  }

  /** Another life at any version, without entries, over whatever stands: what restoring an archived context does. */
  restore(
    before: Snapshot | null,
    context: JsonObject,
    version: number,
    receipts: readonly Receipt[] = [],
  ): LiveCommit {
    const floor = before === null ? 0 : Math.max(before.floor, before.position.version);
    const position = { life: this.#mint('life'), version, tag: this.#mint('tag') };
    return freeze({
      expected: before?.position ?? null,
      entries: [],
      next: this.#live(position, floor, context),
      receipts,
    });
  }

  /** Nothing but receipts, at the position that stands. */
  note<S extends Snapshot>(at: S, receipts: readonly Receipt[]): Commit & { readonly next: S } {
    return freeze({ expected: at.position, entries: [], next: at, receipts });
  }

  receipt(key: string): Receipt {
    const position = { life: this.#mint('life'), version: 2, tag: this.#mint('tag') };
    return freeze({ key, fingerprint: this.#mint('print'), fromVersion: 1, position, at: this.#time() });
  }

  #extend(
    before: Snapshot | null,
    origin: Pick<LiveContext, 'position' | 'floor' | 'context'>,
    contexts: readonly JsonObject[],
    receipts: readonly Receipt[],
  ): LiveCommit {
    let { position, context } = origin;
    const entries: Entry[] = [];
    for (const next of contexts) {
      const version = position.version + 1;
      const tag = this.#mint('tag');
      const delta = calculate(context, next);
      entries.push({ fromTag: position.tag, version, tag, delta, insertedAt: this.#time() });
      position = { life: position.life, version, tag };
      context = next;
    }
    const next = this.#live(position, origin.floor, context);
    return freeze({ expected: before?.position ?? null, entries, next, receipts });
  }

  #live(position: LiveContext['position'], floor: number, context: JsonObject): LiveContext {
    return { status: 'live', position, floor, insertedAt: this.#time(), ...measure(context), context };
  }

  #mint(kind: string): string {
    this.#made += 1;
    return `${kind}-${this.#made}`;
  }

  #time(): number {
    return 1_700_000_000 + this.#made;
  }
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null)
    for (const member of Object.values(Object.freeze(value))) freeze(member);
  return value;
}
