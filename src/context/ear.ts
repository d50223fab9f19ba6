import type { Feed } from '../feed/feed.ts';
import type { Bell } from './bell.ts';

/** One watch's listening, which may take its time, and fail, and be left at any moment. */
export class Ear {
  readonly #id: string;
  readonly #feed: Feed;
  readonly #bell: Pick<Bell, 'ring'>;
  readonly #onFailure: (error: unknown) => void;
  #isTaken = false;
  #hasLeft = false;
  #leave: (() => void) | undefined;

  constructor(id: string, feed: Feed, bell: Pick<Bell, 'ring'>, onFailure: (error: unknown) => void) {
    this.#id = id;
    this.#feed = feed;
    this.#bell = bell;
    this.#onFailure = onFailure;
  }

  /** Begins to listen, and rings once it listens or has failed to; false where it listens or tries to already. */
  listen(): boolean {
    if (this.#isTaken) return false;
    this.#isTaken = true;
    void this.#listen();
    return true;
  }

  leave(): void {
    this.#hasLeft = true;
    this.#leave?.();
  }

  async #listen(): Promise<void> {
    try {
      this.#leave = await this.#feed.listen(this.#id, this.#bell.ring);
      if (this.#hasLeft) this.#leave();
    } catch (error) {
      this.#isTaken = false;
      if (!this.#hasLeft) this.#onFailure(error);
    }
    this.#bell.ring();
  }
}
