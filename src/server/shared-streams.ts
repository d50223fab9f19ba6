import type { ServerResponse } from 'node:http';
import { type ExecutionArgs, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type ViewedContext, viewed } from './access/access-control.ts';
import { declared } from './declared.ts';
import type { FanOut } from './fanout/fan-out.ts';
import { type StreamOutlet, StreamOutlets } from './fanout/stream-outlets.ts';

interface HttpContext extends ViewedContext {
  readonly request?: Request;
  readonly res?: ServerResponse;
  readonly params?: object;
}

type Subscribe = Parameters<FanOut['subscribe']>[2];

/**
 * Lets subscriptions over SSE share what they are told. Yoga writes a response's head, its pings and its end, the fan-out its events. What
 * it does not serve itself, as where there is no response of node's, goes through Yoga alone.
 */
export function useSharedStreams(fanOut: FanOut): Plugin<HttpContext, HttpContext> {
  const streams = new StreamOutlets();
  const outlets = new WeakMap<ServerResponse, StreamOutlet>();
  let pipeline: Subscribe | undefined;
  return {
    onYogaInit({ yoga }) {
      pipeline = (args) => yoga.getEnveloped().subscribe(args);
    },
    onSubscribe({ args, subscribeFn, setSubscribeFn }) {
      const { request, res, params, ...others } = args.contextValue as HttpContext;
      if (!res || !asksForEventStream(request)) return;
      const operation = getOperationAST(args.document, args.operationName);
      if (operation) args.variableValues = declared(operation, args.variableValues);
      // Yoga holds what was asked as long as it runs.
      if (params) for (const name of ['extensions', 'variables']) Reflect.deleteProperty(params, name);
      const outlet = streams.to(res);
      outlets.set(res, outlet);
      // What runs for many belongs to no response, and goes through a pipeline of its own.
      const run: Subscribe = (args) => ((args.contextValue as HttpContext).res ? subscribeFn : pipeline)?.(args);
      setSubscribeFn(async (args: ExecutionArgs) => {
        const results = await fanOut.subscribe(args, viewed(others), run, outlet);
        if (Symbol.asyncIterator in results) onClose(res, () => void results[Symbol.asyncIterator]().return?.());
        return results;
      });
    },
    onResponse({ serverContext: { res } }) {
      const outlet = res && outlets.get(res);
      // By then Yoga has written the head and its first ping.
      if (outlet) setImmediate(() => res.headersSent && outlet.begin());
    },
  };
}

/** By its plain name. Whoever takes anything, or adds parameters, is served by Yoga alone. */
function asksForEventStream(request: Request | undefined): boolean {
  const accepted = request?.headers.get('accept')?.split(',') ?? [];
  return accepted.some((type) => type.trim().toLowerCase() === 'text/event-stream');
}

/** A client may have left before Yoga begins to serve it; then nobody else would end its operation. */
function onClose(response: ServerResponse, end: () => void): void {
  if (response.closed) end();
  else response.once('close', end);
}
