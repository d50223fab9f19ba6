import { apply, DeltaMismatchError } from '../delta/apply.ts';
import type { ContextStore, LiveContext, Log, Snapshot } from '../store/store.ts';
import { type LiveLog, proveDelta } from './sync.ts';

/** What a process knows of one context: the last state that it has seen, brought up to date for the price of what has changed since. */
export class LastSeen {
  readonly #id: string;
  readonly #store: ContextStore;
  /** Undefined before any. */
  #known: Snapshot | null | undefined;
  #isInDoubt = false;
  /** Settles once the last look is over. */
  #lastLook: Promise<unknown> = Promise.resolve();
  /** The look that has not begun yet, if somebody waits for one. */
  #nextLook: Promise<Snapshot | null> | undefined;

  constructor(id: string, store: ContextStore) {
    this.#id = id;
    this.#store = store;
  }

  /** What other processes may have left behind; undefined where nothing was seen yet. */
  peek(): Snapshot | null | undefined {
    return this.#known;
  }

  /** Whether there is nothing to decide on without a look. */
  get isUnknown(): boolean {
    return this.#isInDoubt || this.#known === undefined;
  }

  /** The same, to decide on; a look where nothing was seen yet, or where it is in doubt. */
  async current(): Promise<Snapshot | null> {
    if (!this.#isInDoubt && this.#known !== undefined) return this.#known;
    const found = await this.refresh();
    this.#isInDoubt = false;
    return found;
  }

  /**
   * The state as it stands. Who asks during a look waits for the next, together with all others who do: a look that began before
   * somebody asked may miss what that one knows to be written.
   */
  refresh(): Promise<Snapshot | null> {
    this.#nextLook ??= this.#lookNext();
    return this.#nextLook;
  }

  /** By a commit, which proves that it stood. */
  see(snapshot: Snapshot | null): void {
    this.#known = snapshot;
  }

  /** A commit may have moved the state without our knowing: the next decision wants a look first. */
  doubt(): void {
    this.#isInDoubt = true;
  }

  /** By a log that leads on from a state that was known. */
  async catchUp(log: Log, known: Snapshot | null): Promise<void> {
    await this.#see(() => this.#caughtUp(log, known));
  }

  async #lookNext(): Promise<Snapshot | null> {
    await this.#lastLook;
    this.#nextLook = undefined;
    const look = this.#see(async (known) => {
      if (known?.status !== 'live') return this.#store.read(this.#id);
      return this.#caughtUp(await this.#store.readLog(this.#id, known.position.version, true), known);
    });
    this.#lastLook = look.catch(() => {});
    return look;
  }

  /** Keeps what a look finds as the last state seen, unless another was seen while it looked: that one may be newer. */
  async #see(look: (known: Snapshot | null | undefined) => Promise<Snapshot | null>): Promise<Snapshot | null> {
    const known = this.#known;
    const found = await look(known);
    if (this.#known === known) this.#known = found;
    return found;
  }

  /** Brings a known state up to a log by its entries where they lead there, else by reading it whole. */
  async #caughtUp(log: Log, known: Snapshot | null): Promise<Snapshot | null> {
    const { head, entries } = log;
    if (head?.status !== 'live') return head;
    const caughtUp = known?.status === 'live' ? advanced(known, { head, entries }) : null;
    return caughtUp ?? this.#store.read(this.#id);
  }
}

/** A known state brought up to a log; null where its entries do not lead there, or do not fit, though the store says that they do. */
function advanced(known: LiveContext, log: LiveLog): LiveContext | null {
  try {
    const decision = proveDelta({ kind: 'position', position: known.position }, log);
    if (decision.kind === 'noChange') return known;
    if (decision.kind === 'full') return null;
    return Object.freeze({ ...log.head, context: apply(decision.delta, known.context) });
  } catch (error) {
    if (error instanceof DeltaMismatchError) return null;
    throw error;
  }
}
