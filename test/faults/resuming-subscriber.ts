import { emptyReplica, follow, type Replica } from '../../src/client/replica.ts';
import { eventOf, watching } from '../evidence/asking.ts';
import { LostError, type Running } from '../evidence/links/link.ts';
import { WebSocketLink } from '../evidence/links/web-socket-link.ts';
import type { From } from '../evidence/recording.ts';

/**
 * Follows a context over one WebSocket after the other, each time from where its copy stands. A gap, a double or a step back is a fault, and so is a
 * whole context in place of what it has missed.
 */
export class ResumingSubscriber {
  copy: Replica = emptyReplica;
  /** How often it has come back. */
  returns = -1;
  readonly faults: string[] = [];
  readonly #id: string;
  readonly #url: () => string;
  #link: WebSocketLink | undefined;
  #isOver = false;
  readonly #done: Promise<void>;

  constructor(id: string, url: () => string) {
    this.#id = id;
    this.#url = url;
    this.#done = this.#follow();
  }

  get version(): number {
    return this.copy.status === 'empty' ? 0 : this.copy.version;
  }

  async leave(): Promise<void> {
    this.#isOver = true;
    await this.#link?.close();
    await this.#done;
  }

  async #follow(): Promise<void> {
    while (!this.#isOver) {
      const link = await WebSocketLink.open(this.#url()).catch((error) => {
        if (error instanceof LostError) return undefined;
        throw error;
      });
      if (!link) continue;
      this.#link = link;
      this.returns += 1;
      await this.#session(link);
    }
  }

  #session(link: WebSocketLink): Promise<void> {
    const { copy } = this;
    const from: From = copy.status === 'empty' ? { kind: 'nothing' } : { kind: 'cursor', cursor: copy.cursor };
    return new Promise((resolve) => {
      const running: Running = link.subscribe(watching(this.#id, from), {
        next: (result) => this.#hear(result),
        ended: (why) => {
          if (why !== 'lost') this.faults.push(`The subscription was ${why}.`);
          resolve();
        },
      });
      void running;
    });
  }

  #hear(result: Parameters<typeof eventOf>[0]): void {
    const event = eventOf(result);
    try {
      if (!event) throw new TypeError(`It was told ${JSON.stringify(result)}.`);
      const before = this.copy;
      if (before.status !== 'empty' && event.__typename === 'FullContext')
        throw new TypeError(`It was given the whole at ${event.version}, from ${before.version}: ${event.reason}.`);
      this.copy = follow(before, event);
    } catch (error) {
      this.faults.push(String(error));
    }
  }
}
