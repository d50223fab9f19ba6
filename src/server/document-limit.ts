import { type DocumentNode, GraphQLError, Lexer, type ParseOptions, parse, Source, TokenKind } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Limits } from '../limits.ts';
import { type DocumentMeasure, measureOf } from './document-measure.ts';
import { LimitedError } from './limited-error.ts';

const NESTING: Partial<Record<TokenKind, 1 | -1>> = {
  [TokenKind.BRACE_L]: 1,
  [TokenKind.BRACKET_L]: 1,
  [TokenKind.PAREN_L]: 1,
  [TokenKind.BRACE_R]: -1,
  [TokenKind.BRACKET_R]: -1,
  [TokenKind.PAREN_R]: -1,
};

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
  assertParsable(limits, typeof source === 'string' ? new Source(source) : source);
  const document = parse(source, options);
  assertWithin(limits, measured(document));
  return document;
}

function measured(document: DocumentNode): DocumentMeasure {
  try {
    return measureOf(document);
  } catch (error) {
    // Thousands of fragments that spread one another, which only raised limits let in.
    if (error instanceof RangeError) throw new LimitedError('documentNesting', 'The document nests too deeply.');
    throw error;
  }
}

/** The parser and all that walks a document descend as deep as it does, and how deep the stack lets them differs from run to run. */
function assertParsable({ documentTokens, documentNesting }: Limits, source: Source): void {
  const lexer = new Lexer(source);
  let nesting = 0;
  for (let tokens = 1; lexer.advance().kind !== TokenKind.EOF; tokens += 1) {
    if (tokens > documentTokens)
      throw new LimitedError('documentTokens', `The document has more than ${documentTokens} tokens.`);
    nesting += NESTING[lexer.token.kind] ?? 0;
    if (nesting > documentNesting)
      throw new LimitedError('documentNesting', `The document nests more than ${documentNesting} brackets.`);
  }
}

function assertWithin(limits: Limits, measure: DocumentMeasure): void {
  const { documentDepth, rootFields, documentFields, documentAliases, documentDirectives } = limits;
  if (measure.depth > documentDepth)
    throw new LimitedError('documentDepth', `The document selects more than ${documentDepth} levels.`);
  if (measure.rootFields > rootFields)
    throw new LimitedError('rootFields', `An operation has more than ${rootFields} root fields.`);
  if (measure.fields > documentFields)
    throw new LimitedError('documentFields', `The document has more than ${documentFields} fields.`);
  if (measure.aliases > documentAliases)
    throw new LimitedError('documentAliases', `The document has more than ${documentAliases} aliases.`);
  if (measure.directives > documentDirectives)
    throw new LimitedError('documentDirectives', `The document has more than ${documentDirectives} directives.`);
}
