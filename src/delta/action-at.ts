import type { Path } from './deep-update.ts';
import { type Delta, isEmpty, type LeafEdit } from './delta.ts';
import { editAt, valueAt } from './edit-at.ts';

/**
 * What a delta does to the value at a path: `modified` too where it changes something inside it; undefined where it leaves it as it is. An
 * array is one value in a delta, and its elements are compared; a path names them by index.
 */
export function actionAt(delta: Delta, path: Path): LeafEdit['action'] | undefined {
  if (path.length === 0) return isEmpty(delta) ? undefined : 'modified';
  const action = editAt(delta, path, valueAt)?.action;
  return action === 'within' ? 'modified' : action;
}
