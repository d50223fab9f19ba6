import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Forms and plain text, which a browser sends across origins without asking, are no way to post an operation. */
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
      const [type = ''] = (request.headers.get('content-type') ?? '').split(';');
      if (['application/json', 'application/graphql+json'].includes(type.trim().toLowerCase())) return;
      const error = { message: 'Post operations as application/json.', extensions: { code: 'BAD_USER_INPUT' } };
      endResponse(fetchAPI.Response.json({ errors: [error] }, { status: 415 }));
    },
  };
}

const NOT_JSON = new GraphQLError('variables and extensions are written as JSON.', {
  extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
});
