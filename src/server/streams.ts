import type { ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';

/** Tells of each HTTP response that streams events. */
export function useStreams(onStream: (response: ServerResponse) => void): Plugin<object, { res?: ServerResponse }> {
  return {
    onResponse({ response, serverContext: { res } }) {
      if (res && response.headers.get('content-type')?.startsWith('text/event-stream')) onStream(res);
    },
  };
}
