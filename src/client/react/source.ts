import type { ArpeggioClient } from '../client.ts';
import type { ContextState } from '../entry.ts';

/** One context of one client, as `useSyncExternalStore` takes it. */
export interface Source<T extends object> {
  /** Watches from now on, until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void;
  /** The latest state. Asks for nothing, so that it may be called while rendering. */
  readonly state: () => ContextState<T>;
  /** What is known before anything was asked for, as on a server. */
  readonly unknown: () => ContextState<T>;
}

export function sourceOf<T extends object>(client: ArpeggioClient, id: string): Source<T> {
  const nothing = nothingOf(id);
  return {
    subscribe(listener) {
      const watch = client.watch<T>(id);
      const stop = watch.subscribe(listener);
      return () => {
        stop();
        watch.close();
      };
    },
    state: () => client.peek<T>(id) ?? nothing,
    unknown: () => nothing,
  };
}

function nothingOf(id: string): ContextState<never> {
  return Object.freeze({
    id,
    status: 'connecting',
    value: undefined,
    version: undefined,
    life: undefined,
    cursor: undefined,
    pendingWrites: 0,
    error: undefined,
  });
}
