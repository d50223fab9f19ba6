import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import type { JsonObject } from '../../src/json.ts';
import { forkFile } from '../fork.ts';

export type Question =
  | { readonly update: number }
  | { readonly cpu: true }
  | { readonly memory: true }
  | { readonly state: true };

/** In bytes, after a collection. */
export interface Memory {
  readonly heap: number;
  /** Outside of the heap that objects in it hold, such as buffers. */
  readonly external: number;
  /** Of the whole process. */
  readonly rss: number;
}

/** A side in a process of its own: what it runs begins by its URL, and answers questions from then on. */
export class RemoteSide {
  readonly #child: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static start(name: string, changes: string): Promise<RemoteSide> {
    return RemoteSide.run('sides/process', name, changes);
  }

  static async run(file: string, ...args: readonly string[]): Promise<RemoteSide> {
    const child = forkFile(file, ...args);
    return new RemoteSide(child, await answer<string>(child));
  }

  /** The version that the last of so many updates, all under way together, has made. */
  async update(count: number): Promise<number> {
    return this.#ask<number>({ update: count });
  }

  /** What the process has used until now, in microseconds. */
  async cpu(): Promise<number> {
    return this.#ask<number>({ cpu: true });
  }

  /** It collects first, and is slower for a while after it: not for the middle of a measurement of time. */
  async memory(): Promise<Memory> {
    return this.#ask<Memory>({ memory: true });
  }

  /** The context as it stands; null where the side keeps none. */
  async state(): Promise<JsonObject | null> {
    return this.#ask<JsonObject | null>({ state: true });
  }

  async stop(): Promise<void> {
    const hasEnded = this.#child.exitCode !== null || this.#child.signalCode !== null;
    if (hasEnded || !this.#child.kill(process.env['BENCH_PROFILE'] ? 'SIGTERM' : 'SIGKILL')) return;
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
