import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Log } from '../../src/store/store.ts';
import type { AppOptions } from './app.ts';

/** Lets everybody through until it is shut, and then nobody until it is opened. */
export class Gate {
  /** How many wait before it. */
  waiting = 0;
  /** How many went through, ever. */
  passed = 0;
  #opened: Promise<void> | undefined;
  #open = (): void => {};

  shut(): void {
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#opened = undefined;
    this.#open();
  }

  async pass(): Promise<void> {
    this.waiting += 1;
    await this.#opened;
    this.waiting -= 1;
    this.passed += 1;
  }
}

class GatedFeed extends MemoryFeed {
  readonly gate = new Gate();

  override async listen(id: string, hear: () => void): Promise<() => void> {
    await this.gate.pass();
    return super.listen(id, hear);
  }
}

class GatedStore extends MemoryStore {
  readonly gate: Gate;

  constructor(gate: Gate, ...options: ConstructorParameters<typeof MemoryStore>) {
    super(...options);
    this.gate = gate;
  }

  override async readLog(id: string, after: number): Promise<Log> {
    await this.gate.pass();
    return super.readLog(id, after);
  }
}

/** Options for a server whose feed and whose store can be held up. */
export function gated(): { readonly options: AppOptions; readonly listening: Gate; readonly reading: Gate } {
  const feed = new GatedFeed();
  const reading = new Gate();
  const store: AppOptions['store'] = ({ tell: _, ...options }) =>
    new GatedStore(reading, { ...options, tell: feed.tell });
  return { options: { feed, store }, listening: feed.gate, reading };
}
