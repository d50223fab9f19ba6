import type { ContextPage, ContextSummary } from '../context/model.ts';
import { builder } from './builder.ts';
import { VersionedRef } from './versioned.ts';

const ContextSummaryRef = builder.objectRef<ContextSummary>('ContextSummary').implement({
  description: 'One context of a listing, without its state.',
  interfaces: [VersionedRef],
  fields: (t) => ({
    insertedAt: t.field({
      type: 'Timestamp',
      description: 'When its version was made.',
      resolve: (summary) => summary.insertedAt,
    }),
    sizeInBytes: t.exposeInt('bytes', { description: 'The size of its state as JSON in UTF-8.' }),
  }),
});

const ContextEdgeRef = builder.objectRef<ContextSummary>('ContextEdge').implement({
  description: 'A context at its place in a listing.',
  fields: (t) => ({
    cursor: t.string({
      description: 'Give it as `after` to go on behind this context.',
      resolve: (summary) => pageCursor(summary.contextId),
    }),
    node: t.field({ type: ContextSummaryRef, description: 'The context.', resolve: (summary) => summary }),
  }),
});

/** Where a page stands, whatever is on it. */
interface Page {
  readonly hasNextPage: boolean;
  readonly isFirst: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

export const PageInfoRef = builder.objectRef<Page>('PageInfo').implement({
  description: 'Where a page stands in its listing.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether there are more behind the last edge.' }),
    hasPreviousPage: t.boolean({
      description: 'Whether the page was asked for by a cursor. Listings go one way only.',
      resolve: (page) => !page.isFirst,
    }),
    startCursor: t.string({
      nullable: true,
      description: "The first edge's cursor; null on an empty page.",
      resolve: ({ startCursor }) => startCursor,
    }),
    endCursor: t.string({
      nullable: true,
      description: "The last edge's cursor; null on an empty page.",
      resolve: ({ endCursor }) => endCursor,
    }),
  }),
});

export const ContextConnectionRef = builder
  .objectRef<ContextPage & { readonly isFirst: boolean }>('ContextConnection')
  .implement({
    description: 'A page of contexts, as the Relay specification has it.',
    fields: (t) => ({
      edges: t.field({
        type: [ContextEdgeRef],
        description: 'The contexts with their cursors.',
        resolve: (page) => page.contexts,
      }),
      nodes: t.field({
        type: [ContextSummaryRef],
        description: 'The contexts alone.',
        resolve: (page) => page.contexts,
      }),
      pageInfo: t.field({
        type: PageInfoRef,
        description: 'Where this page stands.',
        resolve: ({ contexts, hasNextPage, isFirst }) => ({
          hasNextPage,
          isFirst,
          startCursor: cursorOf(contexts[0]),
          endCursor: cursorOf(contexts.at(-1)),
        }),
      }),
    }),
  });

/** A place in a listing is an id, in base64url so that it is taken for no more than a place. */
export function pageCursor(id: string): string {
  return Buffer.from(id, 'utf8').toString('base64url');
}

function cursorOf(summary: ContextSummary | undefined): string | null {
  return summary ? pageCursor(summary.contextId) : null;
}
