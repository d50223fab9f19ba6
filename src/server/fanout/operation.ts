import type { ExecutionResult } from 'graphql';
import type { ContextEvent } from '../../context/model.ts';
import type { Place } from './place.ts';

type MaybePromise<T> = T | Promise<T>;

/** What a group runs: of one context's events it makes what subscribers are told. */
export interface Operation {
  /** Of the context. */
  readonly id: string;
  readonly execute: (event: ContextEvent) => MaybePromise<ExecutionResult>;
}

/** An event as it goes over the wire, and the place that it leads to. */
export interface Told {
  /** JSON, in UTF-8. */
  readonly payload: Buffer;
  readonly to: Place;
  /** When the version was made that it tells of, where that has just been heard of. */
  readonly madeAt?: number;
}

export function toldOf(result: ExecutionResult, to: Place, madeAt?: number): Told {
  const payload = Buffer.from(JSON.stringify(result));
  return madeAt === undefined ? { payload, to } : { payload, to, madeAt };
}
