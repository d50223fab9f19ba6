import process from 'node:process';
import type { ServerOptions } from './server-options.ts';

/** What the server tells of itself. */
export interface Showing {
  readonly graphiql: boolean;
  readonly dashboard: boolean;
  /** The schema, by introspection and by suggestions in errors. */
  readonly introspection: boolean;
}

/** Where it is not said: everything, but in production nothing. */
export function showingOf(
  { graphiql, dashboard, introspection }: Pick<ServerOptions, 'graphiql' | 'dashboard' | 'introspection'>,
  env: { readonly [name: string]: string | undefined } = process.env,
): Showing {
  const isOpen = env['NODE_ENV'] !== 'production';
  return {
    graphiql: graphiql ?? isOpen,
    dashboard: dashboard ?? isOpen,
    introspection: introspection ?? isOpen,
  };
}
