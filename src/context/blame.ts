import { actionAt } from '../delta/action-at.ts';
import type { Path } from '../delta/deep-update.ts';
import type { LeafEdit } from '../delta/delta.ts';
import type { HistoryOptions, HistoryPage } from './history.ts';
import type { ContextDelta } from './model.ts';

/** The version that last changed what is at a path. */
export interface Blame extends Pick<ContextDelta, 'contextId' | 'life' | 'version' | 'cursor' | 'insertedAt'> {
  readonly kind: 'blame';
  readonly path: Path;
  readonly action: LeafEdit['action'];
}

const PAGE = 100;

/**
 * Who changed a path last, as far back as `history` tells; null where no retained version did. What `history` leaves out nobody is blamed for.
 */
export async function findBlame(
  contexts: { history(id: string, options: HistoryOptions): Promise<HistoryPage> },
  id: string,
  path: Path,
): Promise<Blame | null> {
  let before: string | undefined;
  for (;;) {
    const { deltas, hasOlder } = await contexts.history(id, {
      first: PAGE,
      before,
      maxBytes: Number.POSITIVE_INFINITY,
    });
    for (const { delta, contextId, life, version, cursor, insertedAt } of deltas) {
      const action = actionAt(delta, path);
      if (action) return { kind: 'blame', contextId, life, version, cursor, insertedAt, path, action };
    }
    if (!hasOlder) return null;
    before = deltas.at(-1)?.cursor;
  }
}
