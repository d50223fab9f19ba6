import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What happens to bytes in one direction: they pass, vanish, or wait this many milliseconds. */
export type Way = 'pass' | 'vanish' | number;

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Whether it has subscribed to anything. */
  isSubscriber: boolean;
  /** Whether nothing passes any more, whatever passes elsewhere. */
  isLost: boolean;
}

/** A stretch of network on the loopback that a test can break. */
export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  /** From clients to the server, and back. */
  requests: Way = 'pass';
  replies: Way = 'pass';
  /** Whether new connections are cut at once. */
  isRefusing = false;
  /** How many connections have been made through it. */
  made = 0;
  /** Told of each chunk of requests, before it goes on. */
  onRequest: (chunk: Buffer) => void = () => {};

  /** Where new connections lead. */
  targetPort: number;

  private constructor(targetPort: number) {
    this.targetPort = targetPort;
    this.#server = createServer({ noDelay: true }, (client) => {
      client.on('error', () => {});
      if (this.isRefusing) {
        client.destroy();
        return;
      }
      this.made += 1;
      const server = connect({ port: this.targetPort, host: '127.0.0.1', noDelay: true });
      server.on('error', () => {});
      const pair = { client, server, isSubscriber: false, isLost: false };
      this.#pairs.add(pair);
      client.on('data', (chunk) => {
        pair.isSubscriber ||= /\bs?subscribe\r\n/i.test(chunk.toString('latin1'));
        this.onRequest(chunk);
        carry(chunk, server, pair.isLost ? 'vanish' : this.requests);
      });
      server.on('data', (chunk) => carry(chunk, client, pair.isLost ? 'vanish' : this.replies));
      // Across a broken stretch the end of the other side is not seen either.
      client.on('close', () => {
        this.#pairs.delete(pair);
        if (this.requests !== 'vanish' && !pair.isLost) server.destroy();
      });
      server.on('close', () => {
        if (this.replies !== 'vanish' && !pair.isLost) client.destroy();
      });
    });
  }

  static async start(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    onTestFinished(() => proxy.stop());
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** How many connections there are. */
  get size(): number {
    return this.#pairs.size;
  }

  /** Nothing passes any more, and nobody is told: no connection ends. */
  blackHole(): void {
    this.requests = 'vanish';
    this.replies = 'vanish';
  }

  /** The same for the connections that have subscribed to something, and no others. Returns how many there are. */
  blackHoleSubscribers(): number {
    const subscribers = [...this.#pairs].filter(({ isSubscriber }) => isSubscriber);
    for (const pair of subscribers) pair.isLost = true;
    return subscribers.length;
  }

  /** Ends every connection. */
  cut(): void {
    this.#end([...this.#pairs]);
  }

  cutAllButSubscribers(): void {
    this.#end([...this.#pairs].filter(({ isSubscriber }) => !isSubscriber));
  }

  #end(pairs: readonly Pair[]): void {
    for (const pair of pairs) {
      pair.client.destroy();
      pair.server.destroy();
      this.#pairs.delete(pair);
    }
  }

  /** All is well again, for what is there as for what comes. (What vanished stays lost: cut what cannot go on without it.) */
  heal(): void {
    this.requests = 'pass';
    this.replies = 'pass';
    this.isRefusing = false;
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function carry(chunk: Buffer, to: Socket, way: Way): void {
  if (way === 'vanish') return;
  if (way === 'pass') to.write(chunk);
  else setTimeout(() => to.write(chunk), way);
}
