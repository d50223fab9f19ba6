import { type DocumentNode, GraphQLError, type ParseOptions, parse, type Source } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Bounds what parsing may cost, and gives its errors a code. */
export function useDocumentLimit(maxTokens: number): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source, options) => parseWithin(source, { ...options, maxTokens }));
      return ({ result }) => {
        if (result instanceof GraphQLError) result.extensions['code'] ??= 'GRAPHQL_PARSE_FAILED';
      };
    },
  };
}

/** The parser descends as deep as the document does: a full stack is the document's fault, not ours. */
function parseWithin(source: string | Source, options: ParseOptions): DocumentNode {
  try {
    return parse(source, options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new GraphQLError('The document nests too deeply.', { extensions: { code: 'LIMIT_EXCEEDED' } });
  }
}
