import { type FormEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { brief, pathText, pointerOf, time } from '../format.ts';
import { patchContext, readBlame } from '../operations.ts';
import { Failure } from '../parts/failure.tsx';
import { useSlow } from '../parts/use-slow.ts';
import { isSame } from './drafts.ts';

interface SelectionProps {
  readonly id: string;
  readonly version: number;
  readonly path: readonly string[];
  /** Undefined where there is nothing any more. */
  readonly value: unknown;
  readonly onClose: () => void;
}

/** A context that changes all the time is asked about no more often than this. */
const AGAIN_MS = 1000;

const WORDS = { ADDED: 'Added', MODIFIED: 'Changed', REMOVED: 'Removed' } as const;

/** One place in a context: its path to copy, who changed it last, and a form to change it. */
export function Selection({ id, version, path, value, onClose }: SelectionProps): ReactElement {
  const [blame, again] = useQuery({ query: readBlame, variables: { id, path: [...path] } });
  const due = useSlow(version, AGAIN_MS);
  const isFirst = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: who changed it last is another with each version
  useEffect(() => {
    if (!isFirst.current) again();
    isFirst.current = false;
  }, [due, again]);
  const [isCopied, setIsCopied] = useState(false);
  const [isEditing, setIsEditing] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(pathText(path)).then(() => setIsCopied(true));
  };
  const last = blame.data?.blame;
  return (
    <section className="card selection" aria-label="The place that is selected">
      <div className="buttons">
        <code>{pathText(path)}</code>
        <button type="button" onClick={copy}>
          {isCopied ? 'Copied' : 'Copy path'}
        </button>
        <button type="button" disabled={value === undefined} onClick={() => setIsEditing(!isEditing)}>
          Edit value
        </button>
        <button type="button" className="quiet" onClick={onClose}>
          Close
        </button>
      </div>
      <p className="note">{value === undefined ? 'There is nothing here any more.' : brief(value)}</p>
      <Failure error={blame.error} />
      <p className="blame">
        {blame.fetching && !blame.data
          ? 'Looking for who changed it…'
          : last
            ? `${WORDS[last.action]} by version ${last.version}, ${time(last.insertedAt)}.`
            : blame.data && 'No version that is retained has changed it.'}
      </p>
      {isEditing && <ValueForm id={id} path={path} value={value} onDone={() => setIsEditing(false)} />}
    </section>
  );
}

interface ValueFormProps {
  readonly id: string;
  readonly path: readonly string[];
  readonly value: unknown;
  readonly onDone: () => void;
}

/** Replaces one value, where it is still the one that was seen. What is typed stays, whatever becomes of it meanwhile. */
function ValueForm({ id, path, value, onDone }: ValueFormProps): ReactElement {
  const [before, setBefore] = useState(value);
  const [text, setText] = useState(() => JSON.stringify(value));
  const [{ error, fetching }, patch] = useMutation(patchContext);
  let next: unknown;
  try {
    next = JSON.parse(text);
  } catch {
    next = undefined;
  }
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (next === undefined) return;
    const pointer = pointerOf(path);
    const operations = [
      { op: 'test', path: pointer, value: before },
      { op: 'replace', path: pointer, value: next },
    ];
    const { error: failed } = await patch({ id, patch: operations });
    if (!failed) onDone();
  };
  return (
    <form className="value" onSubmit={(event) => void submit(event)}>
      <label>
        New value, as JSON
        <input
          value={text}
          spellCheck={false}
          aria-invalid={next === undefined}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {isSame(value, before) ? (
        <Failure error={error} />
      ) : (
        <p role="alert" className="theirs">
          {value === undefined ? 'Somebody has removed it meanwhile.' : <>Theirs, meanwhile: {brief(value)}</>}{' '}
          {value !== undefined && (
            <button type="button" onClick={() => setBefore(value)}>
              Keep mine
            </button>
          )}
        </p>
      )}
      <button type="submit" className="main" disabled={next === undefined || fetching}>
        Save value
      </button>
    </form>
  );
}
