import { useMemo, useSyncExternalStore } from 'react';

/** Where in the page one is. It stands behind the `#`, so that the server need not know of it. */
export type Route =
  | { readonly page: 'contexts'; readonly prefix: string }
  | { readonly page: 'context'; readonly id: string }
  | { readonly page: 'system' };

export function hrefOf(route: Route): string {
  switch (route.page) {
    case 'contexts':
      return route.prefix === '' ? '#/' : `#/?prefix=${encodeURIComponent(route.prefix)}`;
    case 'context':
      return `#/contexts/${encodeURIComponent(route.id)}`;
    case 'system':
      return '#/system';
  }
}

function routeOf(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?', 2);
  const [, page, id] = path.split('/');
  if (page === 'system') return { page };
  if (page === 'contexts' && id) return { page: 'context', id: decoded(id) };
  return { page: 'contexts', prefix: new URLSearchParams(search).get('prefix') ?? '' };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function onHash(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(onHash, () => location.hash);
  return useMemo(() => routeOf(hash), [hash]);
}
