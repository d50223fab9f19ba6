'use client';

import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { ContextState } from '../entry.ts';
import type { Source } from './source.ts';

export type IsEqual<S> = (before: S, next: S) => boolean;

/** What a selector makes of a source's state: the very same value for as long as `isEqual` says so, whatever function the selector is. */
export function useSelected<T extends object, S>(
  source: Source<T>,
  select: (state: ContextState<T>) => S,
  isEqual: IsEqual<S>,
  server: 'unknown' | 'none' = 'unknown',
): S {
  const shown = useRef<{ readonly selection: S } | undefined>(undefined);
  const [selection, selectionAtServer] = useMemo(() => {
    let last: { readonly state: ContextState<T>; readonly selection: S } | undefined;
    const selectFrom = (state: ContextState<T>): S => {
      if (last?.state === state) return last.selection;
      const next = select(state);
      const before = last ?? shown.current;
      last = { state, selection: before && isEqual(before.selection, next) ? before.selection : next };
      return last.selection;
    };
    return [() => selectFrom(source.state()), () => selectFrom(source.unknown())];
  }, [source, select, isEqual]);
  const selected = useSyncExternalStore(
    source.subscribe,
    selection,
    server === 'unknown' ? selectionAtServer : undefined,
  );
  useEffect(() => {
    shown.current = { selection: selected };
  }, [selected]);
  return selected;
}

/** What is selected where no selector is given. */
export function whole<T extends object>(state: ContextState<T>): ContextState<T> {
  return state;
}
