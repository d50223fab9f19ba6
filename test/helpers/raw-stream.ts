import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { onTestFinished } from 'vitest';
import type { Address } from '../../src/server/create-server.ts';

/** A subscription over SSE on a connection of its own, read only when it is told to. */
export class RawStream {
  readonly request: ClientRequest;
  readonly response: Promise<IncomingMessage>;
  /** All that has come. */
  text = '';
  /** The data of the events that have come whole. */
  readonly events: unknown[] = [];
  /** How the stream ended: whole, or cut; undefined as long as it lasts. */
  ended: 'whole' | 'cut' | undefined;

  constructor({ http }: Address, query: string, variables: object, accept = 'text/event-stream', others: object = {}) {
    const headers = { 'content-type': 'application/json', accept, ...others };
    this.request = request(http, { method: 'POST', headers, agent: new Agent({ keepAlive: false }) });
    this.response = new Promise((resolve) => this.request.once('response', resolve));
    this.request.on('error', () => {});
    this.request.end(JSON.stringify({ query, variables }));
    onTestFinished(() => {
      this.request.destroy();
    });
  }

  async read(): Promise<void> {
    const response = await this.response;
    response.on('error', () => {});
    response.on('close', () => {
      this.ended = response.complete ? 'whole' : 'cut';
    });
    let rest = '';
    response.setEncoding('utf8').on('data', (chunk) => {
      this.text += chunk;
      const blocks = `${rest}${chunk}`.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, data] = /^event: next\ndata: (.*)$/s.exec(block) ?? [];
        if (data !== undefined) this.events.push(JSON.parse(data));
      }
    });
  }

  leave(): void {
    this.request.destroy();
  }
}
