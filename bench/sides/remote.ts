import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { JsonObject } from '../../src/json.ts';
import { forkFile } from '../fork.ts';

export type Question = { readonly update: number } | { readonly usage: true } | { readonly state: true };

export interface Usage {
  /** Of the process so far, in microseconds. */
  readonly cpu: number;
  /** Bytes after a collection. */
  readonly heap: number;
  /** Bytes outside of the heap that objects in it hold, such as buffers. */
  readonly external: number;
  /** Bytes of the whole process. */
  readonly rss: number;
}

/** A side in a process of its own. */
export class RemoteSide {
  readonly #child: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(name: string, changes: string): Promise<RemoteSide> {
    const child = forkFile('sides/process', name, changes);
    return new RemoteSide(child, await answer<string>(child));
  }

  /** The version that the last of so many updates, all under way together, has made. */
  async update(count: number): Promise<number> {
    return this.#ask<number>({ update: count });
  }

  async usage(): Promise<Usage> {
    return this.#ask<Usage>({ usage: true });
  }

  /** The context as it stands; null where the side keeps none. */
  async state(): Promise<JsonObject | null> {
    return this.#ask<JsonObject | null>({ state: true });
  }

  async stop(): Promise<void> {
    const hasEnded = this.#child.exitCode !== null || this.#child.signalCode !== null;
    if (hasEnded || !this.#child.kill('SIGKILL')) return;
    await once(this.#child, 'exit');
  }

  async #ask<T>(question: Question): Promise<T> {
    this.#child.send(question);
    return answer<T>(this.#child);
  }
}

function answer<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`The server's process has ended with ${code}.`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message as T);
    });
  });
}
