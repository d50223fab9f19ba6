import { eventually } from '../helpers/eventually.ts';
import { MainProcess } from '../helpers/main-process.ts';

interface Backend {
  readonly main: MainProcess;
  readonly http: string;
}

/** Processes behind what a load balancer does: it sends newcomers to those in turn that say they are ready. */
export class Balancer {
  readonly #env: { readonly [name: string]: string };
  #backends: readonly Backend[] = [];
  #next = 0;

  constructor(redisUrl: string, env: { readonly [name: string]: string } = {}) {
    this.#env = {
      ...env,
      PORT: '0',
      REDIS_URL: redisUrl,
      ARPEGGIO_DRAIN_DELAY_MS: '500',
      ARPEGGIO_DRAIN_MS: '2000',
    };
  }

  async add(): Promise<void> {
    const main = new MainProcess([], this.#env);
    const http = await main.says(/GraphQL over HTTP and SSE\s+(\S+)/);
    await eventually(async () => {
      if (!(await isReady(http))) throw new Error('It is not ready yet.');
    });
    this.#backends = [...this.#backends, { main, http }];
  }

  /** Where the next one should go. */
  readonly http = (): string => {
    this.#next += 1;
    const { http = '' } = this.#backends[this.#next % this.#backends.length] ?? {};
    return http;
  };

  readonly websocket = (): string => this.http().replace('http', 'ws');

  /** Newcomers go elsewhere, and the one that has run longest is gone all at once. */
  killOldest(): void {
    const [oldest, ...others] = this.#backends;
    this.#backends = others;
    oldest?.main.signal('SIGKILL');
  }

  /** Stops the one that has run longest, as an orchestrator does: newcomers go there until it says that it is not ready. Its exit code. */
  async stopOldest(): Promise<number | null> {
    const [oldest] = this.#backends;
    if (!oldest) throw new Error('There is none.');
    oldest.main.signal('SIGTERM');
    await eventually(async () => {
      if (await isReady(oldest.http)) throw new Error('It is ready still.');
    });
    this.#backends = this.#backends.filter((backend) => backend !== oldest);
    const code = await oldest.main.exit;
    if (oldest.main.stderr !== '') throw new Error(oldest.main.stderr);
    return code;
  }
}

/** One that can not be asked is not. */
async function isReady(http: string): Promise<boolean> {
  try {
    return (await fetch(new URL('/ready', http))).ok;
  } catch {
    return false;
  }
}
