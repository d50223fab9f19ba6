import { type DocumentNode, GraphQLError, type ParseOptions, parse, type Source } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Bounds what parsing may cost, and gives its errors a code and a status. */
export function useDocumentLimit(maxTokens: number): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source, options) => parseWithin(maxTokens, source, options));
      return ({ result }) => {
        if (!(result instanceof GraphQLError)) return;
        result.extensions['code'] ??= 'GRAPHQL_PARSE_FAILED';
        // Yoga gives a status to what it parses first itself, and not to what a WebSocket has brought before.
        result.extensions['http'] ??= { spec: true, status: 400 };
      };
    },
  };
}

function parseWithin(maxTokens: number, source: string | Source, options: ParseOptions | undefined): DocumentNode {
  try {
    return parse(source, { ...options, maxTokens });
  } catch (error) {
    // The parser descends as deep as the document does: a full stack is the document's fault, not ours.
    if (error instanceof RangeError) throw limitExceeded('The document nests too deeply.');
    // Of all syntax errors, the parser tells this one apart by nothing but its words.
    if (error instanceof GraphQLError && error.message.endsWith(`${maxTokens} tokens. Parsing aborted.`)) {
      throw limitExceeded(`The document has more than ${maxTokens} tokens.`);
    }
    throw error;
  }
}

function limitExceeded(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'LIMIT_EXCEEDED' } });
}
