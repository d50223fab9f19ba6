import type { Connection } from '../client/connection.ts';
import { ArpeggioClientError } from '../client/errors.ts';
import { PASSING } from '../client/replication.ts';
import { systemTime } from '../client/time.ts';
import { POSITION, WATCH } from './documents.ts';
import type { WireEvent } from './told.ts';

export interface FollowingOptions {
  /** How many events are enough; undefined: never. */
  readonly count: number | undefined;
  /** How long to be without a connection, in milliseconds; undefined: for ever. */
  readonly patienceMs: number | undefined;
  readonly onEvent: (event: WireEvent) => void;
  /** Called once each time, until it is back. */
  readonly onLost: (error: ArpeggioClientError, wasConnected: boolean) => void;
  readonly onBack: () => void;
}

interface Place {
  readonly life?: string;
  readonly version?: number;
  readonly cursor?: string;
}

/**
 * Follows a context without holding a copy: it knows only where it stands, and comes back there after each loss, so that every change is told once and
 * none is left out.
 */
export class Following {
  /** Resolves when it was enough or was closed, and rejects when the server has refused. */
  readonly ended: Promise<void>;
  readonly #id: string;
  readonly #connection: Connection;
  readonly #options: FollowingOptions;
  #place: Place;
  #left: number;
  #isLost = false;
  #wasConnected = false;
  #isOver = false;
  #end: (error?: ArpeggioClientError) => void = () => {};
  #leave = (): void => {};
  #stopWaiting: (() => void) | undefined;

  constructor(id: string, place: Place, connection: Connection, options: FollowingOptions) {
    this.#id = id;
    this.#place = place;
    this.#connection = connection;
    this.#options = options;
    this.#left = options.count ?? Number.POSITIVE_INFINITY;
    this.ended = new Promise((resolve, reject) => {
      this.#end = (error) => {
        if (this.#isOver) return;
        this.#isOver = true;
        this.#stopWaiting?.();
        this.#leave();
        if (error) reject(error);
        else resolve();
      };
    });
    this.#wait();
    void this.#run();
  }

  close(): void {
    this.#end();
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const error = await this.#follow();
      if (!PASSING.includes(error.code)) return this.#end(error);
      if (this.#isOver) return;
      this.#lose(error);
      await this.#connection.pause();
    }
  }

  /** Resolves with what has ended the subscription. */
  #follow(): Promise<ArpeggioClientError> {
    return new Promise((resolve) => {
      let isOver = false;
      const end = (error: ArpeggioClientError): void => {
        isOver = true;
        leave();
        resolve(error);
      };
      const { cursor, version } = this.#place;
      const leave = this.#connection.subscribe<{ contextChanged: WireEvent }>(
        WATCH,
        { id: this.#id, ...(cursor === undefined ? { version } : { cursor }) },
        {
          next: ({ contextChanged: event }) => {
            if (!leadsOn(this.#place, event)) return end(incoherent());
            this.#take(event);
          },
          end: (error) => end(error ?? lost()),
        },
      );
      this.#leave = leave;
      // A subscription says nothing as long as nothing happens; an answer on the same connection says that it is there.
      const ask = async (): Promise<void> => {
        try {
          await this.#connection.request(POSITION, { id: this.#id });
          if (!isOver) this.#find();
        } catch {
          if (!isOver && !this.#isOver) await this.#connection.pause();
          if (!isOver && !this.#isOver) await ask();
        }
      };
      void ask();
    });
  }

  #take(event: WireEvent): void {
    if (this.#isOver) return;
    this.#find();
    const { life, version, cursor } = event;
    this.#place = { life, version, cursor };
    this.#options.onEvent(event);
    this.#left -= 1;
    if (this.#left === 0) this.#end();
  }

  #find(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    if (this.#isLost) this.#options.onBack();
    this.#isLost = false;
    this.#wasConnected = true;
  }

  #lose(error: ArpeggioClientError): void {
    if (!this.#isLost) this.#options.onLost(error, this.#wasConnected);
    this.#isLost = true;
    this.#wait();
  }

  #wait(): void {
    const { patienceMs } = this.#options;
    if (patienceMs === undefined) return;
    this.#stopWaiting ??= systemTime.after(patienceMs, () =>
      this.#end(new ArpeggioClientError('TIMED_OUT', `No connection for ${patienceMs / 1000} seconds.`)),
    );
  }
}

/** Whether an event starts where the last one, or what was typed, has led. A typed cursor does not tell its version. */
function leadsOn({ life, version }: Place, event: WireEvent): boolean {
  if (event.__typename !== 'Delta') return true;
  return (life === undefined || event.life === life) && (version === undefined || event.fromVersion === version);
}

function incoherent(): ArpeggioClientError {
  return new ArpeggioClientError('INTERNAL_SERVER_ERROR', "The server's answers do not fit together.");
}

function lost(): ArpeggioClientError {
  return new ArpeggioClientError('CONNECTION_LOST', 'The server has ended the subscription.');
}
