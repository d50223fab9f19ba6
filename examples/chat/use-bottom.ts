import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/** How far from the end still counts as there, in pixels. */
const SLACK_PX = 48;

/** Keeps a scrolled element at its end when its content grows, unless its reader has gone back. */
export function useBottom<T extends HTMLElement>(content: unknown): RefObject<T | null> {
  const ref = useRef<T>(null);
  const isAtEnd = useRef(true);

  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const look = (): void => {
      isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < SLACK_PX;
    };
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the content is what makes it grow
  useLayoutEffect(() => {
    if (isAtEnd.current) ref.current?.scrollTo({ top: ref.current.scrollHeight });
  }, [content]);
  return ref;
}
