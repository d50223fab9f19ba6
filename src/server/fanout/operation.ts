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
  /** Whether it says that who is told has fallen behind: not so for who had not been told of the place before by this server. */
  readonly isForWhoFellBehind?: boolean;
}

export function toldOf(result: ExecutionResult, event: ContextEvent, madeAt?: number): Told {
  return {
    payload: Buffer.from(JSON.stringify(result)),
    to: event.cursor,
    ...(madeAt !== undefined && { madeAt }),
    ...(event.kind === 'full' && event.reason === 'FELL_BEHIND' && { isForWhoFellBehind: true }),
  };
}
