import { apply, invert } from '../delta/apply.ts';
import { merge } from '../delta/merge.ts';
import { ContextNotFoundError, InputError, VersionNotRetainedError } from '../errors.ts';
import { measure } from '../json.ts';
import type { ContextStore, Entry, LiveContext, LiveHead, Snapshot } from '../store/store.ts';
import { decodeCursor } from './cursor.ts';
import { type ContextDelta, contextDelta, type FullContext, fullContext } from './model.ts';
import { proveContinuity } from './sync.ts';

/** Deltas of consecutive versions, the newest first. */
export interface HistoryPage {
  readonly deltas: readonly ContextDelta[];
  /** Whether older ones are retained. */
  readonly hasOlder: boolean;
}

export interface HistoryOptions {
  /** How many at most. @default 50 */
  readonly first?: number | undefined;
  /** The cursor of a delta: only what came before it. */
  readonly before?: string | undefined;
  /** How many bytes of deltas at most, as JSON; one delta there is in any case. @default 1 MiB */
  readonly maxBytes?: number | undefined;
}

/** A few values that are long change by all of them: what a page of such comes to is what a whole context may be. */
const PAGE_BYTES = 1024 * 1024;

/**
 * What a context was, as far back as its window reaches: each version is retained whose delta is, and the present one. Nothing is kept for
 * it besides the deltas: an earlier state is the present one with what came since undone.
 */
export class History {
  readonly #store: ContextStore;
  readonly #read: (id: string) => Promise<Snapshot | null>;

  /** `read`: the context as it stands. */
  constructor(store: ContextStore, read: (id: string) => Promise<Snapshot | null>) {
    this.#store = store;
    this.#read = read;
  }

  /** Null where there is no context. @throws VersionNotRetainedError */
  async at(id: string, version: number): Promise<FullContext | null> {
    const live = await this.#liveAbove(id, checkVersion(version) - 1);
    if (live === null) return null;
    const { snapshot, entries } = live;
    if (version === snapshot.position.version) return fullContext(id, snapshot, snapshot.context);
    const own = entryOf(version, entries, snapshot);
    const since = merge(entries.slice(1).map(({ delta }) => delta));
    return fullContext(id, headAt(own, snapshot), apply(invert(since), snapshot.context));
  }

  /** What turns the one version into the other, which may be the earlier. @throws ContextNotFoundError, VersionNotRetainedError */
  async diff(id: string, from: number, to: number): Promise<ContextDelta> {
    const [first, last] = [checkVersion(from), checkVersion(to)].sort((a, b) => a - b) as [number, number];
    const { head, entries } = await this.#above(id, first - 1);
    if (last > head.position.version) throw await this.#notRetained(id, head);
    if (first !== head.position.version) entryOf(first, entries, head);
    const between = entries.filter(({ version }) => version > first && version <= last);
    const delta = merge(between.map((entry) => entry.delta));
    const made = entries.find(({ version }) => version === to);
    const { position, insertedAt } = made ? headAt(made, head) : head;
    return contextDelta(id, position, from, from > to ? invert(delta) : delta, insertedAt);
  }

  /** @throws ContextNotFoundError; VersionNotRetainedError where `before` is of another life, or of no state of this one */
  async page(id: string, { first = 50, before, maxBytes = PAGE_BYTES }: HistoryOptions): Promise<HistoryPage> {
    const end =
      before === undefined ? (await this.#above(id, Number.MAX_SAFE_INTEGER)).head.position : decodeCursor(before);
    const newest = before === undefined ? end.version : end.version - 1;
    const { head, entries } = await this.#above(id, Math.max(0, newest - first - 1));
    if (end.life !== head.position.life) {
      // A life that has begun meanwhile is read from its own end.
      if (before === undefined) return this.page(id, { first, maxBytes });
      throw await this.#notRetained(id, head);
    }
    // A cursor of a state that never was, or is not yet.
    const made = entries.find(({ version }) => version === end.version);
    if (end.version > head.position.version || (made && made.tag !== end.tag)) throw await this.#notRetained(id, head);
    const upTo = entries.filter(({ version }) => version <= newest);
    const page = newestWithin(upTo, first, maxBytes);
    return {
      deltas: page.map((entry) => deltaOf(id, entry, head)),
      hasOlder: upTo.length > page.length,
    };
  }

  /** The head and the entries above a version, which lead to it. */
  async #above(id: string, version: number): Promise<{ readonly head: LiveHead; readonly entries: readonly Entry[] }> {
    const { head, entries } = await this.#store.readLog(id, version);
    if (head?.status !== 'live') throw new ContextNotFoundError(id);
    return { head, entries: proven(entries, head) };
  }

  /** The same with the state of the head. Two reads make one whole where they are of one life: the log then holds what the state came of. */
  async #liveAbove(
    id: string,
    version: number,
  ): Promise<{ readonly snapshot: LiveContext; readonly entries: readonly Entry[] } | null> {
    for (;;) {
      const snapshot = await this.#read(id);
      if (snapshot?.status !== 'live') return null;
      const { head, entries } = await this.#store.readLog(id, version);
      if (head?.position.life !== snapshot.position.life) continue;
      const upTo = entries.filter((entry) => entry.version <= snapshot.position.version);
      if (version >= snapshot.position.version) throw await this.#notRetained(id, snapshot);
      return { snapshot, entries: proven(upTo, snapshot) };
    }
  }

  async #notRetained(id: string, head: LiveHead): Promise<VersionNotRetainedError> {
    return notRetained((await this.#store.readLog(id, 0)).entries, head);
  }
}

/** Those at the end that lead to the head: a log that was tampered with, or has moved on meanwhile, may hold others. */
function proven(entries: readonly Entry[], { position }: LiveHead): readonly Entry[] {
  const [first] = entries;
  if (!first) return entries;
  return proveContinuity(entries, { version: first.version - 1, tag: first.fromTag }, position) ? entries : [];
}

/** The newest first. */
function newestWithin(entries: readonly Entry[], first: number, maxBytes: number): readonly Entry[] {
  let bytes = 0;
  const page: Entry[] = [];
  for (const entry of entries.toReversed().slice(0, first)) {
    bytes += Number.isFinite(maxBytes) ? measure(entry.delta).bytes : 0;
    if (bytes > maxBytes && page.length > 0) break;
    page.push(entry);
  }
  return page;
}

/** The first entry, which must be that of the version. */
function entryOf(version: number, entries: readonly Entry[], head: LiveHead): Entry {
  const [first] = entries;
  if (first?.version !== version) throw notRetained(entries, head);
  return first;
}

function notRetained(entries: readonly Entry[], { position }: LiveHead): VersionNotRetainedError {
  return new VersionNotRetainedError({
    oldestVersion: entries[0]?.version ?? position.version,
    currentVersion: position.version,
  });
}

function headAt({ version, tag, insertedAt }: Entry, head: LiveHead): LiveHead {
  return { ...head, position: { life: head.position.life, version, tag }, insertedAt };
}

function deltaOf(id: string, entry: Entry, head: LiveHead): ContextDelta {
  return contextDelta(id, headAt(entry, head).position, entry.version - 1, entry.delta, entry.insertedAt);
}

function checkVersion(version: number): number {
  if (Number.isSafeInteger(version) && version >= 1) return version;
  throw new InputError('A version that a context was at is an integer from 1 to 2^53 - 1.');
}
