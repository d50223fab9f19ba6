import { type Link, LostError, PATIENCE_MS, type Request, type Result, type Running, type Sink } from './link.ts';

/** GraphQL over HTTP, and over SSE in distinct connections. */
export class HttpLink implements Link {
  readonly #url: string;
  readonly #running = new Set<Running>();
  /** Set while nothing is to be read. */
  #pause: { readonly over: Promise<void>; readonly end: () => void } | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /** There is no connection that could be. */
  get isLost(): boolean {
    return false;
  }

  async run(request: Request): Promise<Result> {
    try {
      const response = await this.#post(request, 'application/json', AbortSignal.timeout(PATIENCE_MS));
      return (await response.json()) as Result;
    } catch (error) {
      throw new LostError('The request was not answered.', { cause: error });
    }
  }

  subscribe(request: Request, sink: Sink): Running {
    const stop = new AbortController();
    const read = this.#read(request, sink, stop.signal).catch(() => {
      if (!stop.signal.aborted) sink.ended('lost');
    });
    const running = {
      leave: async () => {
        this.#running.delete(running);
        stop.abort();
        this.resume();
        await read;
        sink.ended('left');
      },
    };
    this.#running.add(running);
    return running;
  }

  pause(): void {
    if (this.#pause) return;
    let end = (): void => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#pause = { over, end };
  }

  resume(): void {
    this.#pause?.end();
    this.#pause = undefined;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.leave()));
  }

  async #read(request: Request, sink: Sink, signal: AbortSignal): Promise<void> {
    const response = await this.#post(request, 'text/event-stream', signal);
    if (!response.body) throw new LostError('There is no stream.');
    let rest = '';
    let isEnded = false;
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = `${rest}${chunk}`.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, event, data = ''] = /^event: (next|complete)(?:\ndata: ?(.*))?$/s.exec(block) ?? [];
        if (event === 'next') sink.next(JSON.parse(data));
        if (event !== 'complete' || isEnded) continue;
        isEnded = true;
        sink.ended('completed');
      }
      // Not reading is all that a slow client does.
      await this.#pause?.over;
    }
    if (!isEnded) sink.ended('lost');
  }

  #post(request: Request, accept: string, signal: AbortSignal): Promise<Response> {
    return fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify(request),
      signal,
    });
  }
}
