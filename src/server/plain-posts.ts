import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type DocumentNode, type ExecutionResult, getOperationAST } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { isObject } from '../json.ts';
import { postedBy } from './body-limit.ts';
import type { DocumentCache } from './document-cache.ts';
import { envelopedFor, type Yoga } from './enveloped.ts';
import { isEncoded } from './json-only.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

const POSTED_TYPES: ReadonlySet<unknown> = new Set(['application/json', 'application/json;charset=utf-8', JSON_TYPE]);

/** What is answered to whoever names this first of all that they accept, whatever follows. */
const ANSWER_TYPES: ReadonlyMap<string | undefined, string> = new Map([
  ['*/*', JSON_TYPE],
  ['application/json', JSON_TYPE],
  ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
]);

const PARAMS: readonly string[] = ['query', 'variables', 'operationName'];

export interface PlainPosts {
  /** Yoga's end. */
  readonly plugin: Plugin<object, { readonly req?: IncomingMessage }>;
  /** Answers plain posts, and hands all other requests to Yoga. */
  listener(yoga: Yoga): RequestListener;
}

/**
 * Answers ordinary operations, byte for byte as Yoga would, without what Yoga puts round each: that costs more than the operation. Only what
 * goes well is answered here. Where there is anything to refuse, Yoga is handed the request before the operation runs; where the operation
 * itself fails, what became of it.
 */
export function plainPosts(path: string, maxBytes: number, documents: DocumentCache<DocumentNode>): PlainPosts {
  const valid = new WeakSet<DocumentNode>();
  const outcomes = new WeakMap<IncomingMessage, Promise<ExecutionResult>>();
  return {
    plugin: {
      onValidate: ({ params }) => {
        return (validation) => void (validation.valid && valid.add(params.documentAST));
      },
      onParams({ context: { req }, setParamsHandler }) {
        const outcome = req && outcomes.get(req);
        if (outcome) setParamsHandler(() => outcome);
      },
    },
    listener: (yoga) => (request, response) => {
      // Nothing is expected to be thrown there; what is must not end the process.
      answer(yoga, request, response).catch(() => response.destroy());
    },
  };

  async function answer(yoga: Yoga, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const type = answerTypeOf(request);
    const params = type && (await postedBy(request, maxBytes).catch(() => undefined));
    const document = params && documentOf(params);
    if (document) {
      const outcome = outcomeOf(yoga, request, params, document);
      const text = await textOf(outcome);
      if (text !== undefined && !response.destroyed) {
        response.writeHead(200, { 'Content-Type': type, 'content-length': Buffer.byteLength(text) }).end(text);
        return;
      }
      outcomes.set(request, outcome);
    }
    await yoga(request, response);
  }

  /** None where it is not a plain post. */
  function answerTypeOf({ method, url, headers }: IncomingMessage): string | undefined {
    if (method !== 'POST' || url !== path || !POSTED_TYPES.has(headers['content-type'])) return undefined;
    if (Number(headers['content-length'] ?? 0) > maxBytes || isEncoded(headers['content-encoding'])) return undefined;
    return ANSWER_TYPES.get((headers.accept ?? '*/*').split(',', 1)[0]);
  }

  /** None where there is anything about the operation that Yoga has not seen, or would refuse. */
  function documentOf(params: GraphQLParams): DocumentNode | undefined {
    const { query, variables, operationName } = params;
    if (typeof query !== 'string' || !Object.keys(params).every((name) => PARAMS.includes(name))) return undefined;
    if (variables !== undefined && variables !== null && !isObject(variables)) return undefined;
    const document = documents.get(query);
    if (!document || !valid.has(document)) return undefined;
    const operation = getOperationAST(document, operationName)?.operation;
    return operation === 'query' || operation === 'mutation' ? document : undefined;
  }
}

async function outcomeOf(
  yoga: Yoga,
  request: IncomingMessage,
  params: GraphQLParams,
  document: DocumentNode,
): Promise<ExecutionResult> {
  const { schema, contextFactory, execute } = envelopedFor(yoga, params, request);
  const { variables: variableValues, operationName } = params;
  return execute({ schema, document, contextValue: await contextFactory(), variableValues, operationName });
}

/** None where it failed, or is nothing that JSON can say. */
async function textOf(outcome: Promise<ExecutionResult>): Promise<string | undefined> {
  try {
    const result = await outcome;
    return result.data && !result.errors && !result.extensions ? JSON.stringify(result) : undefined;
  } catch {
    return undefined;
  }
}
