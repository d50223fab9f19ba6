import { useCallback, useEffect, useRef, useState } from 'react';
import { type CombinedError, useClient, useSubscription } from 'urql';
import type { Link } from '../connections.ts';
import type { ListContextsQuery } from '../generated/graphql.ts';
import { listContexts, readWatchers, watchContexts } from '../operations.ts';
import { settings } from '../settings.ts';

export type Listed = ListContextsQuery['contexts']['nodes'][number];

export interface Listing {
  readonly contexts: readonly Listed[] | undefined;
  readonly next: string | null;
  readonly error: CombinedError | undefined;
  /** How many versions a second each made of late. */
  readonly rates: ReadonlyMap<string, number>;
  /** How many watch each; undefined where nobody is told. */
  readonly watchers: ReadonlyMap<string, number> | undefined;
}

interface Query {
  readonly prefix: string;
  readonly after: string | null;
  readonly link: Link;
}

const PAGE = 50;
/** How often the page is read anew, for contexts that come and go. */
const AGAIN_MS = 2000;
/** How often what subscriptions tell is shown. */
const SHOW_MS = 250;

/** A page of contexts that stays as the server has it: versions by a subscription, what comes and goes by reading the page again. */
export function useListing({ prefix, after, link }: Query): Listing {
  const client = useClient();
  const [page, setPage] = useState<ListContextsQuery['contexts']>();
  const [error, setError] = useState<CombinedError>();
  const [watchers, setWatchers] = useState<ReadonlyMap<string, number>>();
  const { rates, note } = useRates();
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async (): Promise<void> => {
      const answer = await client.query(listContexts, { prefix, first: PAGE, after }).toPromise();
      if (isOver) return;
      setError(answer.error);
      if (answer.data) {
        const { nodes } = answer.data.contexts;
        setPage(answer.data.contexts);
        for (const node of nodes) note(node);
        if (settings.presencePrefix !== null) {
          const counts = await readCounts(nodes.map(({ contextId }) => contextId));
          if (!isOver) setWatchers(counts);
        }
      }
      if (!isOver) timer = setTimeout(read, AGAIN_MS);
    };
    const readCounts = async (ids: readonly string[]): Promise<ReadonlyMap<string, number>> => {
      const own = settings.presencePrefix ?? '';
      const positions = ids.map((id) => ({ id: `${own}${id}` }));
      const { data } = await client.query(readWatchers, { positions }).toPromise();
      return new Map(
        data?.syncMany.flatMap((one, i) => (one && 'context' in one ? [[ids[i] ?? '', sumOf(one.context)]] : [])),
      );
    };
    if (link !== 'reconnecting') void read();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [client, prefix, after, link, note]);
  const ids = page?.nodes.map(({ contextId }) => contextId).join('\n') ?? '';
  const versions = useVersions(ids, note);
  const contexts = page?.nodes.map((node) => {
    const version = versions.get(`${node.contextId}\n${node.life}`) ?? 0;
    return version > node.version ? { ...node, version } : node;
  });
  return {
    contexts,
    next: page?.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null,
    error,
    rates,
    watchers,
  };
}

/** The latest version of each life that a subscription has told of. */
function useVersions(ids: string, note: (one: Position) => void): ReadonlyMap<string, number> {
  const [versions, setVersions] = useState<ReadonlyMap<string, number>>(new Map());
  const waiting = useRef(new Map<string, number>());
  useSubscription(
    {
      query: watchContexts,
      variables: { ids: ids.split('\n') },
      pause: ids === '',
    },
    (_, next) => {
      const { event } = next.contextsChanged;
      waiting.current.set(`${event.contextId}\n${event.life}`, event.version);
      note(event);
      return next;
    },
  );
  useEffect(() => {
    const timer = setInterval(() => {
      if (waiting.current.size === 0) return;
      const news = waiting.current;
      waiting.current = new Map();
      setVersions((known) => new Map([...known, ...news]));
    }, SHOW_MS);
    return () => clearInterval(timer);
  }, []);
  return versions;
}

interface Position {
  readonly contextId: string;
  readonly life: string;
  readonly version: number;
}

interface Seen {
  readonly life: string;
  readonly version: number;
  readonly at: number;
}

/** Over how long a rate is taken. */
const WINDOW_MS = 10_000;

function useRates(): { readonly rates: ReadonlyMap<string, number>; readonly note: (one: Position) => void } {
  const seen = useRef(new Map<string, readonly Seen[]>());
  const [rates, setRates] = useState<ReadonlyMap<string, number>>(new Map());
  const note = useCallback(({ contextId, life, version }: Position): void => {
    const at = performance.now();
    const before = (seen.current.get(contextId) ?? []).filter((one) => one.life === life && at - one.at < WINDOW_MS);
    const last = before.at(-1);
    // Twice a second is enough to tell a rate by.
    seen.current.set(contextId, last && at - last.at < 500 ? before : [...before, { life, version, at }]);
  }, []);
  useEffect(() => {
    const timer = setInterval(() => {
      const now = performance.now();
      const next = new Map<string, number>();
      for (const [id, all] of seen.current) {
        const [first, last] = [all[0], all.at(-1)];
        if (!first || !last || now - last.at > WINDOW_MS) seen.current.delete(id);
        else if (last.at > first.at)
          next.set(id, Math.max(0, ((last.version - first.version) * 1000) / (last.at - first.at)));
      }
      setRates(next);
    }, 1000);
    return () => clearInterval(timer);
  }, []);
  return { rates, note };
}

/** A presence context names, for each process, how many subscriptions each viewer has. */
function sumOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((sum, one) => sum + sumOf(one), 0)
    : 0;
}
