import type { Random } from '../../simulation/random.ts';
import { ask } from '../asking.ts';
import type { Line } from '../links/line.ts';
import { isWrite } from '../order/claims.ts';
import type { Answer, Recorder, Wish } from '../recording.ts';
import type { Progress } from './progress.ts';
import type { Errand, Wisher } from './wishes.ts';

/** How often a request is tried whose outcome stays unknown. */
const ATTEMPTS = 5;

export interface ClientOptions {
  readonly name: string;
  /** What no other run has, so that request ids are new. */
  readonly run: string;
  readonly line: Line;
  /** To another server: where it repeats what it has asked already. */
  readonly otherLine: Line;
  readonly wisher: Wisher;
  readonly random: Random;
  readonly recorder: Recorder;
}

/** One client, which asks one thing after the other, and writes down what it asked and what it was answered. */
export class Client {
  readonly #options: ClientOptions;
  #count = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  async work(progress: Progress): Promise<void> {
    while (progress.take()) {
      await this.do(this.#options.wisher.next());
      progress.done();
    }
  }

  /** Until the outcome is known, where repeating it is safe. */
  async do({ context, wish }: Errand): Promise<Answer> {
    const { name, run, line, otherLine, wisher, random } = this.#options;
    this.#count += 1;
    const request = `${name}#${this.#count}`;
    const requestId = isWrite(wish) && random.chance(0.3) ? `${run} ${request}` : undefined;
    const attempt = (on: Line): Promise<Answer> => this.#attempt(on, context, wish, request, requestId);
    // Somebody in between had no patience: twice at once, or once more when it has been answered.
    const habit = requestId === undefined ? 'once' : random.weighted({ once: 8, 'at once': 1, again: 1 });
    const [first, second] = habit === 'at once' ? [attempt(line), attempt(otherLine)] : [attempt(line)];
    let answer = await first;
    await second;
    for (let tries = 1; requestId !== undefined && isUnknown(answer) && tries < ATTEMPTS; tries += 1) {
      answer = await attempt(line);
    }
    if (habit === 'again') await attempt(otherLine);
    wisher.learn(context, answer);
    return answer;
  }

  async close(): Promise<void> {
    await Promise.all([this.#options.line.close(), this.#options.otherLine.close()]);
  }

  async #attempt(
    line: Line,
    context: string,
    wish: Wish,
    request: string,
    requestId: string | undefined,
  ): Promise<Answer> {
    const { name: client, recorder } = this.#options;
    const link = await line.link();
    const asked = recorder.tick();
    const answer = await ask(link, context, wish, requestId);
    recorder.operations.push({ client, context, request, wish, asked, answered: recorder.tick(), answer });
    if (answer.kind === 'none') await line.renew();
    return answer;
  }
}

function isUnknown(answer: Answer): boolean {
  return answer.kind === 'none' || (answer.kind === 'failed' && answer.applied !== 'NO');
}
