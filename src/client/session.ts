import { type Client, type ClientOptions, createClient } from 'graphql-ws/client';
import type { Time } from './time.ts';

export interface ConnectionOptions {
  /** Where the server listens for WebSockets: `ws://127.0.0.1:4000/graphql`. A function is asked before each connection. */
  readonly url: ClientOptions['url'];
  /** What the server is told of who connects, such as a token. A function is asked before each connection. @default nothing */
  readonly connectionParams?: ClientOptions['connectionParams'];
  /** @default the platform's; Node before 22 has none: pass that of `ws` */
  readonly webSocketImpl?: unknown;
  /** How long nothing may come from the server before it is asked for a sign of life, in milliseconds. @default 10000 */
  readonly keepAliveMs?: number;
}

/** What a session ended with that can't be mended by trying again. */
export class Unusable {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

type Payload = Parameters<Client['subscribe']>[0];
type Sink = Parameters<Client['subscribe']>[1];
type WebSocketLike = new (url: string, protocol: string) => { close(): void };

/** Half of it is allowed for a pong, in milliseconds, before the connection counts as dead. */
const KEEP_ALIVE_MS = 10_000;
/** How long it may take to be connected, in milliseconds: address, socket and greeting together. */
const CONNECT_MS = 20_000;
/** How long the connection stays open for nobody, in milliseconds. */
const LINGER_MS = 1000;
const PROTOCOL = 'graphql-transport-ws';

/**
 * One connection, from before it is opened to its end, with a graphql-ws client of its own: one that outlives its connection repeats
 * operations as they first were, and takes the end of an old connection for that of a new one.
 */
export class Session {
  /** Resolves once the server has said hello; rejects with what the session ended with before. */
  readonly ready: Promise<void>;
  /** When that was, in Unix time in milliseconds. */
  readyAt: number | undefined;
  readonly #time: Time;
  readonly #onEnd: (reason: unknown) => void;
  /** Told what the session has ended with. */
  readonly #running = new Set<(reason: unknown) => void>();
  #client: Client | undefined;
  #socket: InstanceType<WebSocketLike> | undefined;
  #isOver = false;
  /** Of being connected, and later of being needed by nobody. */
  #stopTimer: () => void;
  #isReady = (): void => {};
  #isLost = (_: unknown): void => {};

  constructor(options: ConnectionOptions, time: Time, onEnd: (reason: unknown) => void) {
    this.#time = time;
    this.#onEnd = onEnd;
    this.ready = new Promise((resolve, reject) => {
      this.#isReady = resolve;
      this.#isLost = reject;
    });
    this.ready.catch(() => {});
    this.#stopTimer = time.after(CONNECT_MS, () => this.end(new Error('The server does not answer.')));
    void this.#open(options);
  }

  /** Runs an operation once there is a connection. `lose` is called where the session ends before the operation is left. */
  subscribe(payload: Payload, sink: Sink, lose: (reason: unknown) => void): () => void {
    let stop = (): void => {};
    let isLeft = false;
    this.#running.add(lose);
    if (this.readyAt !== undefined) this.#stopTimer();
    this.ready.then(
      () => {
        if (!isLeft && this.#client) stop = this.#client.subscribe(payload, sink);
      },
      () => {},
    );
    return () => {
      isLeft = true;
      this.#running.delete(lose);
      // Later, since graphql-ws counts an operation twice that is left while its `complete` stands next in what has just come.
      queueMicrotask(() => stop());
      this.#rest();
    };
  }

  end(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimer();
    this.#onEnd(reason);
    // Before graphql-ws hears of it: then it does not connect again. It waits for a connection that is on its way, and rejects without.
    Promise.resolve(this.#client?.dispose()).catch(() => {});
    this.#socket?.close();
    this.#isLost(reason);
    for (const lose of [...this.#running]) lose(reason);
  }

  async #open({ url, connectionParams, webSocketImpl, keepAliveMs = KEEP_ALIVE_MS }: ConnectionOptions): Promise<void> {
    try {
      const address = await (typeof url === 'function' ? url() : url);
      if (this.#isOver) return;
      const socket = opened(address, webSocketImpl ?? platform.WebSocket);
      this.#socket = socket;
      let isAlive = (): void => {};
      this.#client = createClient({
        url: address,
        webSocketImpl: handing(socket),
        ...(connectionParams === undefined ? {} : { connectionParams }),
        keepAlive: keepAliveMs,
        lazy: false,
        onNonLazyError: () => {},
        retryAttempts: 0,
        on: {
          connected: () => {
            this.readyAt = this.#time.now();
            this.#stopTimer();
            this.#isReady();
            this.#rest();
          },
          ping: (isReceived) => {
            if (!isReceived)
              isAlive = this.#time.after(keepAliveMs / 2, () => this.end(new Error('The server is silent.')));
          },
          pong: (isReceived) => {
            if (isReceived) isAlive();
          },
          closed: (event) => {
            isAlive();
            this.end(event);
          },
          error: (error) => {
            isAlive();
            this.end(error);
          },
        },
      });
    } catch (error) {
      this.end(error);
    }
  }

  /** Nobody needs it now, and if nobody does for a while, it ends. */
  #rest(): void {
    if (this.#running.size > 0 || this.readyAt === undefined || this.#isOver) return;
    this.#stopTimer();
    this.#stopTimer = this.#time.after(LINGER_MS, () => this.end(undefined));
  }
}

const platform: { readonly WebSocket?: unknown } = globalThis;

/** @throws Unusable where there can be no WebSocket */
function opened(url: string, implementation: unknown): InstanceType<WebSocketLike> {
  if (typeof implementation !== 'function') {
    throw new Unusable('There is no WebSocket here: pass webSocketImpl, such as that of ws.');
  }
  try {
    return new (implementation as WebSocketLike)(url, PROTOCOL);
  } catch (error) {
    throw new Unusable(error instanceof Error ? error.message : String(error));
  }
}

/** What graphql-ws makes its WebSocket of: the one that there is. */
function handing(socket: InstanceType<WebSocketLike>): unknown {
  return class {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSING = 2;
    static readonly CLOSED = 3;

    constructor() {
      // biome-ignore lint/correctness/noConstructorReturn: graphql-ws takes nothing but a constructor
      return socket;
    }
  };
}
