import { useCallback, useEffect, useRef, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import type { ReadHistoryQuery } from '../generated/graphql.ts';
import { readHistory } from '../operations.ts';
import { useSlow } from '../parts/use-slow.ts';

type History = ReadHistoryQuery['history'];
export type Step = History['nodes'][number];

export interface Steps {
  /** The newest first, each from where the next one led. */
  readonly steps: readonly Step[];
  readonly hasOlder: boolean;
  readonly older: () => void;
  readonly error: CombinedError | undefined;
}

interface Known {
  readonly steps: readonly Step[];
  /** Behind the oldest of them; null where none is. */
  readonly before: string | null;
}

/** As many as are retained, unless the server is told otherwise. */
const PAGE = 100;
/** A context that changes all the time is asked about no more often than this. */
const AGAIN_MS = 500;
const NOTHING: Known = { steps: [], before: null };

/** The retained deltas, of which those alone are read that have come since. */
export function useSteps(id: string, life: string | undefined, version: number): Steps {
  const client = useClient();
  const [known, setKnown] = useState<Known>(NOTHING);
  const latest = useRef(known);
  useEffect(() => {
    latest.current = known;
  });
  const [error, setError] = useState<CombinedError>();
  const due = useSlow(version, AGAIN_MS);
  const read = useCallback(
    async (first: number, before: string | null = null): Promise<History | undefined> => {
      const answer = await client.query(readHistory, { id, first, before }).toPromise();
      setError(answer.error);
      return answer.data?.history;
    },
    [client, id],
  );
  useEffect(() => {
    let isOver = false;
    const [newest] = latest.current.steps;
    // It may have been read after it went on, and before that was seen here.
    if (newest?.life === life && newest && newest.version >= due) return;
    const missing = newest ? due - newest.version : 0;
    const catchUp = async (): Promise<Known | undefined> => {
      const news = missing > 0 && missing < PAGE ? await read(missing) : undefined;
      const last = news?.nodes.at(-1);
      if (news && last?.fromVersion === newest?.version && last?.life === newest?.life)
        return { ...latest.current, steps: [...news.nodes, ...latest.current.steps] };
      // Another life, or it went on meanwhile.
      const page = await read(PAGE);
      return page && { steps: page.nodes, before: endOf(page) };
    };
    void catchUp().then((next) => {
      if (next && !isOver) setKnown(next);
    });
    return () => {
      isOver = true;
    };
  }, [read, due, life]);
  const older = (): void => {
    void read(PAGE, known.before).then((page) => {
      if (page) setKnown((now) => ({ steps: [...now.steps, ...page.nodes], before: endOf(page) }));
    });
  };
  return { steps: known.steps, hasOlder: known.before !== null, older, error };
}

function endOf({ pageInfo: { hasNextPage, endCursor } }: History): string | null {
  return hasNextPage ? (endCursor ?? null) : null;
}
