import type { JsonObject } from '../../../src/json.ts';
import type { Told } from '../recording.ts';

/** One state that a context was in, from one write to the next. */
export interface Moment {
  /** Its place in the order of all. */
  readonly index: number;
  /** Null before there was any life. */
  readonly life: string | null;
  readonly version: number;
  /** Undefined where nobody was told. */
  readonly cursor: string | undefined;
  /** Null while there is no context; undefined where nobody knows. */
  readonly state: JsonObject | null | undefined;
  /** It was not there yet when this was asked. */
  readonly begunAfter: number;
  /** It was there already when this was answered. */
  readonly begunBefore: number;
}

/** All that happened to one context, one after the other. */
export class VersionOrder {
  readonly context: string;
  readonly moments: readonly Moment[];
  readonly #places = new Map<string, Moment>();

  constructor(context: string, moments: readonly Moment[]) {
    this.context = context;
    this.moments = moments;
    for (const moment of moments) {
      if (moment.life !== null) this.#places.set(placeOf(moment.life, moment.version, moment.state === null), moment);
    }
  }

  get last(): Moment {
    const moment = this.moments.at(-1);
    if (!moment) throw new TypeError('An order begins with a moment.');
    return moment;
  }

  /** Where a position is in the order, whatever the rest of its cursor; undefined where it never was. */
  find({ life, version }: Pick<Told, 'life' | 'version'>, isEnd = false): Moment | undefined {
    return this.#places.get(placeOf(life, version, isEnd));
  }

  after(moment: Moment): Moment | undefined {
    return this.moments[moment.index + 1];
  }
}

function placeOf(life: string, version: number, isEnd: boolean): string {
  return `${life} ${version} ${isEnd}`;
}
