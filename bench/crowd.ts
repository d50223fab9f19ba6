import type { WebSocket } from 'ws';
import type { RemoteSide } from './sides/remote.ts';
import { subscribe, versionIn } from './subscriber.ts';

/** How many connect at once. */
const AT_ONCE = 200;

/** Subscribers of one server, each of whom knows which version it was told last. */
export class Crowd {
  readonly #sockets: WebSocket[] = [];
  readonly #versions: number[] = [];
  #behind = 0;
  #awaited = Number.POSITIVE_INFINITY;
  #onAll = (): void => {};
  #onCut = (_error: Error): void => {};
  #cut = 0;

  async join(url: string, count: number, query: string | null): Promise<void> {
    for (let joined = 0; joined < count; joined += AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - joined) }, () => this.#open(url, query)));
    }
  }

  /** Resolves once every subscription listens: until then there is no word of it, so that updates are made until all are told of one. */
  async settle(server: RemoteSide): Promise<void> {
    for (;;) {
      const told = this.all(await server.update(1)).then(() => true);
      if (await Promise.race([told, new Promise((resolve) => setTimeout(resolve, 1000, false))])) return;
    }
  }

  /** Resolves once all of them have been told of a version. Rejects where one is cut: it would be waited for in vain. */
  all(version: number): Promise<void> {
    if (this.#cut > 0) return Promise.reject(this.#cutError());
    this.#awaited = version;
    this.#behind = this.#versions.filter((told) => told < version).length;
    if (this.#behind === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#onAll = resolve;
      this.#onCut = reject;
    });
  }

  leave(): void {
    for (const socket of this.#sockets) socket.removeAllListeners('close');
    for (const socket of this.#sockets) socket.terminate();
  }

  async #open(url: string, query: string | null): Promise<void> {
    const me = this.#versions.push(0) - 1;
    const socket = await subscribe(url, query, (message) => {
      const version = versionIn(message);
      const before = this.#versions[me] ?? 0;
      this.#versions[me] = version;
      if (before >= this.#awaited || version < this.#awaited) return;
      this.#behind -= 1;
      if (this.#behind === 0) this.#onAll();
    });
    this.#sockets.push(socket);
    socket.once('close', () => {
      this.#cut += 1;
      this.#onCut(this.#cutError());
    });
  }

  #cutError(): Error {
    return new Error(`${this.#cut} of ${this.#sockets.length} subscribers were cut.`);
  }
}
