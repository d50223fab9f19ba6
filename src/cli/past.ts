import type { Positioned } from '../client/replica.ts';
import { required } from './arguments.ts';
import type { Call } from './command.ts';
import { BLAME, DIFF, HISTORY } from './documents.ts';
import { type ToldChange, toldDelta, type WireDelta } from './told.ts';

/** How many are asked for at once. */
const PAGE = 50;

interface Page {
  readonly history: {
    readonly nodes: readonly WireDelta[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** The newest first, each as soon as its page is there. */
export async function history({ id, flags, endpoint, output }: Call): Promise<void> {
  let left = flags.count ?? Number.POSITIVE_INFINITY;
  let before: string | null = null;
  do {
    const page: Page = await endpoint.read<Page>(HISTORY, { id, before, first: Math.min(left, PAGE) });
    const { nodes, pageInfo } = page.history;
    for (const delta of nodes) output.tell(toldDelta(id, delta));
    left -= nodes.length;
    before = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (before !== null && left > 0);
}

export async function diff({ id, flags, endpoint, output }: Call): Promise<void> {
  const [from, to] = [required(flags, 'from'), required(flags, 'to')];
  const { diff: delta } = await endpoint.read<{ diff: WireDelta }>(DIFF, { id, from, to });
  output.tell(toldDelta(id, delta));
}

export async function blame({ id, flags, endpoint, output }: Call): Promise<void> {
  const { path = [] } = flags;
  type Blamed = Positioned & { readonly action: ToldChange['action']; readonly insertedAt: number };
  const { blame: found } = await endpoint.read<{ blame: Blamed | null }>(BLAME, { id, path });
  if (found === null) return output.tell({ type: 'unblamed', id, path });
  const { life, version, cursor, action, insertedAt } = found;
  output.tell({ type: 'blame', id, life, version, cursor, path, action, insertedAt });
}
