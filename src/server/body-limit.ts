import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { LimitedError } from './limited-error.ts';

/** Reads bodies itself, up to a limit. (Yoga's own limit puts a stream and a second request between, which cost more than all the rest.) */
export function useBodyLimit(maxBytes: number): Plugin<object, { readonly req?: IncomingMessage }> {
  return {
    onRequestParse({ request, requestParser, setRequestParser, serverContext: { req } }) {
      // Without a parser it is refused for its type.
      if (request.method !== 'POST' || !requestParser) return;
      if (Number(request.headers.get('content-length')) > maxBytes) throw TOO_LARGE;
      setRequestParser(async (parsed) =>
        req ? postedBy(req, maxBytes) : paramsOf(await readWeb(parsed.body, maxBytes)),
      );
    },
  };
}

const posted = new WeakMap<IncomingMessage, Promise<GraphQLParams>>();

/** What is posted with a request. It is read once, however often it is asked for. */
export function postedBy(request: IncomingMessage, maxBytes: number): Promise<GraphQLParams> {
  let params = posted.get(request);
  if (!params) {
    params = readNode(request, maxBytes).then(paramsOf);
    posted.set(request, params);
  }
  return params;
}

/** By events, since anything that iterates costs several times as much. */
function readNode(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) {
        chunks.push(chunk);
      } else {
        // The rest still has to go by: the answer comes the way that the body does.
        chunks.length = 0;
        reject(TOO_LARGE);
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', () => reject(INCOMPLETE));
  });
}

async function readWeb(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    // Leaving the loop cancels the stream.
    for await (const chunk of body ?? []) {
      size += chunk.byteLength;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch {
    throw INCOMPLETE;
  }
  if (size > maxBytes) throw TOO_LARGE;
  return Buffer.concat(chunks);
}

/** A list would be a batch, which Yoga refuses. */
function paramsOf(body: Buffer): GraphQLParams {
  let params: unknown;
  try {
    params = JSON.parse(body.toString('utf8'));
  } catch {
    throw badRequest('The body is no JSON.');
  }
  if (typeof params !== 'object' || params === null) throw badRequest('The body is no JSON object.');
  return params;
}

function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
}

const INCOMPLETE = badRequest('The body has not come whole.');
/** Whatever was in it, nothing of it was done. */
const TOO_LARGE = new LimitedError('bodyBytes', 'The body is too large.', { applied: 'NO', http: { status: 413 } });
