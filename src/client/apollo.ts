import { type ApolloCache, ApolloLink, Observable, type TypePolicies } from '@apollo/client';
import { type DocumentNode, parse } from 'graphql';
import type { Copies } from './copies.ts';

export { Copies } from './copies.ts';
export { possibleTypes } from './possible-types.ts';
export { resumable } from './resumable.ts';

/** A context is an entity; what says how to get from one of its versions to another is a value. */
export const typePolicies: TypePolicies = {
  FullContext: { keyFields: ['contextId'], merge: false },
  Blame: { keyFields: false, merge: false },
  ContextSummary: { keyFields: false, merge: false },
  ContextPart: { keyFields: false, merge: false },
  ContextVersion: { keyFields: false, merge: false },
  Delta: { keyFields: false, merge: false },
  NoChange: { keyFields: false, merge: false },
  ContextDeleted: { keyFields: false, merge: false },
};

/**
 * Holds back what is older than what is known, and keeps `context(id)` in the cache as the newest copy, null once it is deleted. It stands before
 * every link that talks to the server.
 */
export function copiesLink(copies: Copies, cache: ApolloCache): ApolloLink {
  copies.listen((known) => {
    const { contextId: id } = known;
    const context = known.__typename === 'FullContext' ? known : null;
    cache.writeQuery({ query: documentOf(context ?? known), variables: { id }, data: { context } });
  });
  return new ApolloLink(
    (operation, forward) =>
      new Observable((observer) => {
        const taking = copies.open(operation.query, operation.variables);
        const subscription = forward(operation).subscribe({
          next: (result) => observer.next('data' in result ? { ...result, data: taking.take(result.data) } : result),
          error: (error) => observer.error(error),
          complete: () => observer.complete(),
        });
        return () => {
          taking.end();
          subscription.unsubscribe();
        };
      }),
  );
}

const documents = new Map<string, DocumentNode>();

/** Of the fields that are known and no others: the rest of an entity stays as it is. */
function documentOf(known: object): DocumentNode {
  const fields = Object.keys(known).join(' ');
  const document = documents.get(fields) ?? parse(`query ArpeggioCopy($id: ID!) { context(id: $id) { ${fields} } }`);
  documents.set(fields, document);
  return document;
}
