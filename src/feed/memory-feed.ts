import type { Feed } from './feed.ts';

/** The feed inside one process: the memory store's `tell`, handed to whoever listens. */
export class MemoryFeed implements Feed {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** How many ids are listened to: 0 once everybody has left. */
  get size(): number {
    return this.#listeners.size;
  }

  readonly tell = (id: string): void => {
    for (const hear of this.#listeners.get(id) ?? []) hear();
  };

  async listen(id: string, hear: () => void): Promise<() => void> {
    const listeners = this.#listeners.get(id) ?? new Set();
    // The same function may listen twice; each time is its own member.
    const member = (): void => hear();
    listeners.add(member);
    this.#listeners.set(id, listeners);
    return () => {
      listeners.delete(member);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
    };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }
}
