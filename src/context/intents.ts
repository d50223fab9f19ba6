import type { Path } from '../delta/deep-update.ts';
import { admitObject, type Json, type JsonObject } from '../json.ts';
import type { Limits } from '../limits.ts';
import { checkRemove } from './checks.ts';
import { checkPatch } from './patch.ts';
import type { Intent } from './plan.ts';

/** What leaves a context, in a caller's words. */
export type LiveWrite =
  | { readonly verb: 'set'; readonly context: JsonObject }
  /** Objects merge, everything else replaces; then the paths in `remove` go. */
  | { readonly verb: 'update'; readonly changes: JsonObject; readonly remove?: readonly Path[] | undefined }
  /** A JSON Patch. */
  | { readonly verb: 'patch'; readonly patch: readonly Json[] };

export interface EndingWrite {
  readonly verb: 'delete';
}

/** @throws InputError, ContextTooLargeError or LimitExceededError for what no context could take */
export function intentOf<W extends LiveWrite | EndingWrite>(
  write: W,
  limits: Limits,
): Extract<Intent, { verb: W['verb'] }>;
export function intentOf(write: LiveWrite | EndingWrite, limits: Limits): Intent {
  switch (write.verb) {
    case 'set':
      return { verb: 'set', context: admitObject(write.context, limits) };
    case 'update': {
      const { changes, remove = [] } = write;
      return { verb: 'update', changes: admitObject(changes, limits), remove: checkRemove(remove, limits) };
    }
    case 'patch':
      return { verb: 'patch', patch: checkPatch(write.patch, limits) };
    case 'delete':
      return { verb: 'delete', reason: 'DELETED' };
  }
}
