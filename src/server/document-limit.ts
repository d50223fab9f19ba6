import { type DocumentNode, GraphQLError, type ParseOptions, parse, type Source } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Limits } from '../limits.ts';
import { type DocumentMeasure, measureOf } from './document-measure.ts';

/**
 * Bounds what a document may cost, and gives parsing's errors a code and a status. All is decided as it is parsed: validation itself
 * compares every two fields of a selection, and what was parsed before is not looked at again.
 */
export function useDocumentLimit(limits: Limits): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source, options) => parseWithin(limits, source, options));
      return ({ result }) => {
        if (!(result instanceof GraphQLError)) return;
        result.extensions['code'] ??= 'GRAPHQL_PARSE_FAILED';
        // Yoga gives a status to what it parses first itself, and not to what a WebSocket has brought before.
        result.extensions['http'] ??= { spec: true, status: 400 };
      };
    },
  };
}

function parseWithin(limits: Limits, source: string | Source, options: ParseOptions | undefined): DocumentNode {
  const { documentTokens: maxTokens } = limits;
  try {
    const document = parse(source, { ...options, maxTokens });
    assertWithin(limits, measureOf(document));
    return document;
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

function assertWithin(limits: Limits, measure: DocumentMeasure): void {
  const { documentDepth, rootFields, documentFields, documentAliases, documentDirectives } = limits;
  if (measure.depth > documentDepth) throw limitExceeded(`The document selects more than ${documentDepth} levels.`);
  if (measure.rootFields > rootFields) throw limitExceeded(`An operation has more than ${rootFields} root fields.`);
  if (measure.fields > documentFields) throw limitExceeded(`The document has more than ${documentFields} fields.`);
  if (measure.aliases > documentAliases) throw limitExceeded(`The document has more than ${documentAliases} aliases.`);
  if (measure.directives > documentDirectives)
    throw limitExceeded(`The document has more than ${documentDirectives} directives.`);
}

function limitExceeded(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'LIMIT_EXCEEDED' } });
}
