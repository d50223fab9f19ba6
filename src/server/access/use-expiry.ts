import type { ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import type { AccessControl, ViewedContext } from './access-control.ts';

interface HttpContext extends ViewedContext {
  readonly request?: Request;
  readonly res?: ServerResponse;
}

/**
 * Ends what a viewer is told over HTTP once the viewer has expired or was revoked. A response of node's is cut, and not completed, so that its client comes
 * back with a new token. (A WebSocket is closed whole.)
 */
export function useExpiry(access: AccessControl): Plugin<HttpContext, HttpContext> {
  return {
    onSubscribe({ args }) {
      const { rights, request, res } = args.contextValue as HttpContext;
      if (!rights || !request) return;
      if (res) {
        if (!res.closed)
          res.once(
            'close',
            access.atEnd(rights.viewer, () => res.destroy()),
          );
        return;
      }
      return {
        onSubscribeResult({ result }) {
          if (!(Symbol.asyncIterator in result)) return;
          const cancel = access.atEnd(rights.viewer, () => void result.return?.(undefined));
          return { onEnd: cancel };
        },
      };
    },
  };
}
