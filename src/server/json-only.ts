import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/**
 * Posts are JSON as it is. Forms and plain text, which a browser sends across origins without asking, are no way to post an operation, and
 * nothing is unzipped, of which a few bytes could become any number.
 */
export function useJsonOnly(): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser, endResponse, fetchAPI }) {
      if (request.method === 'GET' && requestParser) {
        setRequestParser((getRequest) => {
          try {
            return requestParser(getRequest);
          } catch {
            throw NOT_JSON;
          }
        });
      }
      if (request.method !== 'POST') return;
      const refuse = (message: string, headers: Record<string, string> = {}): void => {
        const error = { message, extensions: { code: 'BAD_USER_INPUT' } };
        endResponse(fetchAPI.Response.json({ errors: [error] }, { status: 415, headers }));
      };
      if (isEncoded(request.headers.get('content-encoding')))
        return refuse('Post operations without Content-Encoding.', { 'accept-encoding': 'identity' });
      const [type = ''] = (request.headers.get('content-type') ?? '').split(';');
      if (['application/json', 'application/graphql+json'].includes(type.trim().toLowerCase())) return;
      refuse('Post operations as application/json.');
    },
  };
}

export function isEncoded(encoding: string | null | undefined): boolean {
  return typeof encoding === 'string' && encoding.trim().toLowerCase() !== 'identity';
}

const NOT_JSON = new GraphQLError('variables and extensions are written as JSON.', {
  extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
});
