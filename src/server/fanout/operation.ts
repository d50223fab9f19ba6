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
}

export function toldOf(result: ExecutionResult, to: Place): Told {
  return { payload: Buffer.from(JSON.stringify(result)), to };
}
