import { eventually } from '../../helpers/eventually.ts';
import { HttpLink } from './http-link.ts';
import type { Link } from './link.ts';
import { WebSocketLink } from './web-socket-link.ts';

export type Protocol = 'WebSocket' | 'HTTP';

/** A client's way to the servers: one link at a time, and when it is lost one to the next server. */
export class Line {
  readonly #urls: readonly string[];
  readonly #protocol: Protocol;
  #turn: number;
  #link: Promise<Link> | undefined;

  /** Of several lines each begins with another server. */
  constructor(urls: readonly string[], protocol: Protocol, turn: number) {
    this.#urls = urls;
    this.#protocol = protocol;
    this.#turn = turn;
  }

  /** @throws LostError where no server can be reached */
  async link(): Promise<Link> {
    if (this.#link && (await this.#link).isLost) await this.renew();
    this.#link ??= eventually(() => this.#open());
    try {
      return await this.#link;
    } catch (error) {
      this.#link = undefined;
      throw error;
    }
  }

  /** The link has failed: the next is another. */
  async renew(): Promise<void> {
    const link = await this.#link;
    this.#link = undefined;
    await link?.close();
  }

  close(): Promise<void> {
    return this.renew();
  }

  async #open(): Promise<Link> {
    const url = this.#urls[this.#turn % this.#urls.length];
    this.#turn += 1;
    if (url === undefined) throw new TypeError('There is no server.');
    return this.#protocol === 'HTTP' ? new HttpLink(url) : WebSocketLink.open(url.replace(/^http/, 'ws'));
  }
}
