import { type ReactElement, useEffect, useState } from 'react';
import { type CombinedError, useClient, useQuery } from 'urql';
import { iso, pathText, time } from '../format.ts';
import type { ReadHistoryQuery } from '../generated/graphql.ts';
import { readDiff, readHistory, readVersion } from '../operations.ts';
import { Failure } from '../parts/failure.tsx';
import { Changes } from './changes.tsx';
import { Tree } from './tree.tsx';

type Step = ReadHistoryQuery['history']['nodes'][number];

interface TimelineProps {
  readonly id: string;
  readonly version: number;
  readonly onRevert: (version: number) => void;
}

const FIRST = 50;
/** A context that changes all the time is asked about no more often than this. */
const AGAIN_MS = 500;

/** The versions that are retained: what each changed, how the context was at it, and what differs between any two. */
export function Timeline({ id, version, onRevert }: TimelineProps): ReactElement {
  const { steps, hasOlder, older, error } = useSteps(id, version);
  const [chosen, setChosen] = useState<number>();
  const [other, setOther] = useState<number>();
  const oldest = steps.at(-1)?.fromVersion ?? version;
  const first = Math.max(oldest, 1);
  const at = Math.min(Math.max(chosen ?? version, first), version);
  const against = other ?? Math.max(at - 1, oldest);
  return (
    <section aria-labelledby="timeline" className="card">
      <h2 id="timeline">Timeline</h2>
      <Failure error={error} />
      <label className="scrubber">
        <span>
          Version <output>{at}</output> of {first} to {version}
        </span>
        <input
          type="range"
          min={first}
          max={version}
          value={at}
          disabled={first === version}
          aria-valuetext={`Version ${at}`}
          onChange={(event) => {
            const next = Number(event.target.value);
            setChosen(next === version ? undefined : next);
          }}
        />
      </label>
      {chosen !== undefined && (
        <Then
          id={id}
          at={at}
          against={against}
          range={[first, version]}
          onAgainst={setOther}
          onRevert={() => onRevert(at)}
          onLive={() => setChosen(undefined)}
        />
      )}
      <ol className="steps" reversed>
        {steps.map((step) => (
          <li key={step.cursor}>
            <button
              type="button"
              className="step"
              aria-pressed={step.version === chosen}
              onClick={() => setChosen(step.version)}
            >
              <b>{step.version}</b> <time dateTime={iso(step.insertedAt)}>{time(step.insertedAt)}</time>
              <span className="paths">{summary(step)}</span>
            </button>
          </li>
        ))}
      </ol>
      {hasOlder && (
        <button type="button" onClick={older}>
          Older
        </button>
      )}
    </section>
  );
}

function summary({ changes }: Step): string {
  const [one, two] = changes.map(({ path }) => pathText(path));
  if (one === undefined) return 'nothing that you may see';
  const more = changes.length - 2;
  return more > 0 ? `${one}, ${two} and ${more} more` : two === undefined ? one : `${one}, ${two}`;
}

interface Steps {
  readonly steps: readonly Step[];
  readonly hasOlder: boolean;
  readonly older: () => void;
  readonly error: CombinedError | undefined;
}

function useSteps(id: string, version: number): Steps {
  const client = useClient();
  const [first, setFirst] = useState(FIRST);
  const [history, setHistory] = useState<ReadHistoryQuery['history']>();
  const [error, setError] = useState<CombinedError>();
  const due = useSlow(version, AGAIN_MS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the history is another with each version
  useEffect(() => {
    let isOver = false;
    void client
      .query(readHistory, { id, first, before: null })
      .toPromise()
      .then((answer) => {
        if (isOver) return;
        setError(answer.error);
        if (answer.data) setHistory(answer.data.history);
      });
    return () => {
      isOver = true;
    };
  }, [client, id, first, due]);
  return {
    steps: history?.nodes ?? [],
    hasOlder: history?.pageInfo.hasNextPage ?? false,
    older: () => setFirst(first + FIRST),
    error,
  };
}

/** A value that follows another, some time behind where that does not come to rest. */
function useSlow<T>(value: T, ms: number): T {
  const [slow, setSlow] = useState({ value, at: 0 });
  useEffect(() => {
    if (value === slow.value) return;
    const timer = setTimeout(() => setSlow({ value, at: Date.now() }), Math.max(0, slow.at + ms - Date.now()));
    return () => clearTimeout(timer);
  }, [value, slow, ms]);
  return slow.value;
}

interface ThenProps {
  readonly id: string;
  readonly at: number;
  readonly against: number;
  readonly range: readonly [number, number];
  readonly onAgainst: (version: number) => void;
  readonly onRevert: () => void;
  readonly onLive: () => void;
}

/** How it was then, and what differs from another version. */
function Then({ id, at, against, range, onAgainst, onRevert, onLive }: ThenProps): ReactElement {
  const [then] = useQuery({ query: readVersion, variables: { id, version: at } });
  const [diff] = useQuery({ query: readDiff, variables: { id, from: against, to: at }, pause: against === at });
  const state = then.data?.contextAt;
  return (
    <div className="then" aria-busy={then.fetching}>
      <div className="buttons">
        <button type="button" onClick={onLive}>
          Back to the present
        </button>
        {at < range[1] && (
          <button type="button" onClick={onRevert}>
            Revert to version {at}
          </button>
        )}
      </div>
      <Failure error={then.error ?? diff.error} />
      <h3>
        What differs from version{' '}
        <input
          type="number"
          aria-label="The version to compare with"
          min={Math.max(0, range[0] - 1)}
          max={range[1]}
          value={against}
          onChange={(event) => onAgainst(Number(event.target.value))}
        />
      </h3>
      {against === at ? (
        <p className="note">It is the same version.</p>
      ) : (
        diff.data && <Changes changes={diff.data.diff.changes} />
      )}
      {state && (
        <details open>
          <summary>
            As it was at version {state.version}, {time(state.insertedAt)}
          </summary>
          <Tree value={state.context} selected={undefined} onSelect={() => {}} />
        </details>
      )}
    </div>
  );
}
