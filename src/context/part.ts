import type { Path } from '../delta/deep-update.ts';
import { partOf, partOfDelta } from '../delta/part.ts';
import type { ContextEvent, FullContext } from './model.ts';

/** What a context holds at a path and below, and nothing else. */
export interface ContextPart extends Omit<FullContext, 'kind'> {
  readonly kind: 'part';
  readonly path: Path;
}

export type PartEvent = Exclude<ContextEvent, FullContext> | ContextPart;

/** What an event tells of a path. A delta of other things is empty, and still leads from version to version. */
export function partOfEvent(event: ContextEvent, path: Path): PartEvent {
  switch (event.kind) {
    case 'full':
      return { ...event, kind: 'part', path, context: partOf(event.context, path) };
    case 'delta':
      return { ...event, delta: partOfDelta(event.delta, path) };
    case 'deleted':
      return event;
  }
}
