import { type ReactElement, useState } from 'react';
import { useQuery } from 'urql';
import { iso, pathText, time } from '../format.ts';
import { readDiff, readVersion } from '../operations.ts';
import { Failure } from '../parts/failure.tsx';
import { Changes } from './changes.tsx';
import { Tree } from './tree.tsx';
import { type Step, useSteps } from './use-steps.ts';

interface TimelineProps {
  readonly id: string;
  readonly life: string | undefined;
  readonly version: number;
  readonly onRevert: (version: number) => void;
}

/** The versions that are retained: what each changed, how the context was at it, and what differs between any two. */
export function Timeline({ id, life, version, onRevert }: TimelineProps): ReactElement {
  const { steps, hasOlder, older, error } = useSteps(id, life, version);
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
