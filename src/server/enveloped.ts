import type { IncomingMessage } from 'node:http';
import type { YogaServerInstance } from 'graphql-yoga';
import type { KnownViewer } from '../access/viewer.ts';
import type { ResolverContext } from '../schema/builder.ts';

export type Yoga = YogaServerInstance<object, ResolverContext>;

/** What runs one operation, with all plugins. */
export type Enveloped = ReturnType<Yoga['getEnveloped']>;

/** For an operation that Yoga does not read and answer itself: its context begins with the same `req` as that of one that it does. */
export function envelopedFor(yoga: Yoga, params: object, req: IncomingMessage, viewer?: KnownViewer): Enveloped {
  return yoga.getEnveloped({ params, request: undefined, req, viewer });
}
