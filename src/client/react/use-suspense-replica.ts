'use client';

import { useMemo } from 'react';
import type { JsonObject } from '../../json.ts';
import type { ContextState } from '../entry.ts';
import { firstState } from './first-state.ts';
import { useArpeggio } from './provider.ts';
import { sourceOf } from './source.ts';
import { type IsEqual, useSelected, whole } from './use-selected.ts';

/**
 * As `useReplica`, but never `connecting`: until there is a first state the component suspends. On a server it leaves the nearest `Suspense` with
 * its fallback, to be rendered by the browser. `value` may still be undefined: where there is no such context.
 *
 * @throws ArpeggioClientError the state's `error` once its status is `failed`, for an error boundary. Mounted again a second after the last
 * watch of the context was closed, or after `client.watch(id).close()`, it asks anew.
 * @throws Error where there is no `ArpeggioProvider` above
 */
export function useSuspenseReplica<T extends object = JsonObject>(id: string): ContextState<T>;
/** What `select` makes of that state, as with `useReplica`. It is not called for a state that is `connecting` or `failed`. */
export function useSuspenseReplica<T extends object, S>(
  id: string,
  select: (state: ContextState<T>) => S,
  isEqual?: IsEqual<S>,
): S;
export function useSuspenseReplica<T extends object, S>(
  id: string,
  select: (state: ContextState<T>) => S | ContextState<T> = whole,
  isEqual: IsEqual<S | ContextState<T>> = Object.is,
): S | ContextState<T> {
  const client = useArpeggio();
  const source = useMemo(() => sourceOf<T>(client, id), [client, id]);
  const gated = useMemo(() => gate(select), [select]);
  const areEqual = useMemo(() => behindGates(isEqual), [isEqual]);
  // React itself leaves what has no state on a server to the browser.
  const seen = useSelected(source, gated, areEqual, 'none');
  if (seen.kind === 'failed') throw seen.error;
  if (seen.kind === 'waiting') throw firstState(client, id);
  return seen.selection;
}

type Gated<S> =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'open'; readonly selection: S };

function gate<T extends object, S>(select: (state: ContextState<T>) => S): (state: ContextState<T>) => Gated<S> {
  return (state) => {
    if (state.status === 'connecting') return { kind: 'waiting' };
    if (state.status === 'failed') return { kind: 'failed', error: state.error };
    return { kind: 'open', selection: select(state) };
  };
}

function behindGates<S>(isEqual: IsEqual<S>): IsEqual<Gated<S>> {
  return (before, next) => {
    if (before.kind === 'open' && next.kind === 'open') return isEqual(before.selection, next.selection);
    return before.kind === next.kind && before.kind === 'waiting';
  };
}
