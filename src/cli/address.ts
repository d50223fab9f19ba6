import { UsageError } from './failure.ts';

/** Where a server is. */
export interface Address {
  readonly http: string;
  readonly websocket: string;
}

export const DEFAULT_URL = 'http://127.0.0.1:4000/graphql';

/** @throws UsageError, without the text itself: a URL may hold a password */
export function addressOf(text: string, source: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^(http|ws)s?:$/.test(url.protocol)) {
    throw new UsageError(`${source} takes an address such as ${DEFAULT_URL}, with http, https, ws or wss.`);
  }
  if (url.username !== '' || url.password !== '') throw new UsageError(`${source} takes no user and no password.`);
  if (url.pathname === '/') url.pathname = '/graphql';
  url.hash = '';
  const { href } = url;
  return { http: href.replace(/^ws/, 'http'), websocket: href.replace(/^http/, 'ws') };
}
