'use client';

import { useMemo } from 'react';
import type { JsonObject } from '../../json.ts';
import type { ContextState } from '../entry.ts';
import { useArpeggio } from './provider.ts';
import { sourceOf } from './source.ts';
import { type IsEqual, useSelected, whole } from './use-selected.ts';

/**
 * The state of a context, kept up to date for as long as the component is there: `connecting` without a value at first (and on a server, where
 * nothing is asked for), then as `watch` tells it. Renders on each change of it.
 *
 * @throws Error where there is no `ArpeggioProvider` above
 */
export function useReplica<T extends object = JsonObject>(id: string): ContextState<T>;
/**
 * What `select` makes of that state. Renders only when this is another by `isEqual`, which is `Object.is` unless given: parts of a context that
 * did not change keep their identity, so selecting a part needs no other. Both may be new functions on each render.
 */
export function useReplica<T extends object, S>(
  id: string,
  select: (state: ContextState<T>) => S,
  isEqual?: IsEqual<S>,
): S;
export function useReplica<T extends object, S>(
  id: string,
  select: (state: ContextState<T>) => S | ContextState<T> = whole,
  isEqual: IsEqual<S | ContextState<T>> = Object.is,
): S | ContextState<T> {
  const client = useArpeggio();
  const source = useMemo(() => sourceOf<T>(client, id), [client, id]);
  return useSelected(source, select, isEqual);
}
