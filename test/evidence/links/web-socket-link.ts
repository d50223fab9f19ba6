import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Ending } from '../recording.ts';
import { type Link, LostError, PATIENCE_MS, type Request, type Result, type Running, type Sink } from './link.ts';

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** GraphQL over WebSocket (`graphql-transport-ws`), by its own text. */
export class WebSocketLink implements Link {
  readonly #socket: WebSocket;
  /** Those that have ended stay, to hear what comes all the same. */
  readonly #sinks = new Map<string, Sink>();
  readonly #ended = new Set<string>();
  readonly #pongs = new Map<string, () => void>();
  #count = 0;
  #isLost = false;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#hear(JSON.parse(String(data))));
    socket.on('close', () => this.#lose());
  }

  static async open(url: string): Promise<WebSocketLink> {
    const socket = new WebSocket(url, 'graphql-transport-ws');
    const stop = new AbortController();
    const patience = setTimeout(() => stop.abort(), PATIENCE_MS);
    // A close alone ends no wait.
    socket.once('close', () => stop.abort());
    const { signal } = stop;
    try {
      await once(socket, 'open', { signal });
      const acknowledged = once(socket, 'message', { signal });
      socket.send(JSON.stringify({ type: 'connection_init' }));
      await acknowledged;
    } catch (error) {
      socket.on('error', () => {});
      socket.terminate();
      throw new LostError('There is no connection.', { cause: error });
    } finally {
      clearTimeout(patience);
    }
    // What an error closes, `close` tells of.
    socket.on('error', () => {});
    return new WebSocketLink(socket);
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  run(request: Request): Promise<Result> {
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => this.#socket.terminate(), PATIENCE_MS);
      let answer: Result | undefined;
      this.subscribe(request, {
        next: (result) => {
          answer ??= result;
        },
        ended: (why) => {
          clearTimeout(patience);
          if (answer && why !== 'lost') resolve(answer);
          else reject(new LostError(`The operation was ${why}, without an answer.`));
        },
      });
    });
  }

  subscribe(request: Request, sink: Sink): Running {
    this.#count += 1;
    const id = String(this.#count);
    if (this.#isLost) {
      queueMicrotask(() => sink.ended('lost'));
    } else {
      this.#sinks.set(id, sink);
      this.#send({ type: 'subscribe', id, payload: request });
    }
    return {
      leave: async () => {
        if (this.#isLost || this.#ended.has(id)) return;
        this.#send({ type: 'complete', id });
        await this.#echo(id);
      },
    };
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  async close(): Promise<void> {
    if (this.#isLost) return;
    this.#socket.resume();
    const closed = once(this.#socket, 'close');
    const patience = setTimeout(() => this.#socket.terminate(), PATIENCE_MS);
    this.#socket.close(1000);
    await closed;
    clearTimeout(patience);
  }

  /** The server takes messages in turn: when it has echoed this one, it has heard the one before too. */
  #echo(id: string): Promise<void> {
    return new Promise((resolve) => {
      const patience = setTimeout(() => this.#socket.terminate(), PATIENCE_MS);
      this.#pongs.set(id, () => {
        clearTimeout(patience);
        this.#pongs.delete(id);
        // Now, since what comes next may be behind it in the same packet.
        this.#end(id, 'left');
        resolve();
      });
      this.#send({ type: 'ping', payload: { id } });
    });
  }

  #send(message: Message): void {
    this.#socket.send(JSON.stringify(message), () => {});
  }

  #hear({ type, id = '', payload }: Message): void {
    switch (type) {
      case 'next':
        this.#sinks.get(id)?.next(payload as Result);
        return;
      case 'error':
        this.#sinks.get(id)?.next({ errors: payload as NonNullable<Result['errors']> });
        this.#end(id, 'failed');
        return;
      case 'complete':
        this.#end(id, 'completed');
        return;
      case 'pong':
        this.#pongs.get((payload as { readonly id: string }).id)?.();
        return;
      case 'ping':
        this.#send({ type: 'pong' });
        return;
      default:
        throw new TypeError(`A ${type} is no message of this protocol.`);
    }
  }

  #end(id: string, why: Ending): void {
    if (this.#ended.has(id)) return;
    this.#ended.add(id);
    this.#sinks.get(id)?.ended(why);
  }

  #lose(): void {
    this.#isLost = true;
    for (const id of this.#sinks.keys()) this.#end(id, 'lost');
    for (const pong of this.#pongs.values()) pong();
  }
}
