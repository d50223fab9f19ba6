import type { Status } from 'arpeggio/client';
import { type ReactElement, useDeferredValue, useEffect, useMemo, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { age, brief, bytes, nameText, pathText, time } from '../format.ts';
import { readSummary, revertContext } from '../operations.ts';
import { Confirm } from '../parts/dialog.tsx';
import { Failure } from '../parts/failure.tsx';
import { useNow } from '../parts/use-now.ts';
import { Actions } from './actions.tsx';
import { Editor } from './editor.tsx';
import { NewContext } from './new-context.tsx';
import { Selection } from './selection.tsx';
import { Timeline } from './timeline.tsx';
import { find, Tree } from './tree.tsx';
import { useLive } from './use-live.ts';

const WORDS: { readonly [status in Status]: string } = {
  connecting: 'Loading…',
  live: 'Live',
  behind: 'Catching up…',
  stale: 'Reconnecting… This is how it was.',
  failed: 'Refused',
};

export function ContextPage({ id }: { readonly id: string }): ReactElement {
  const state = useLive(id);
  const [isMaking, setIsMaking] = useState(false);
  /** What is edited, as it was when that began. */
  const [edited, setEdited] = useState<{ readonly context: object; readonly version: number }>();
  const [target, setTarget] = useState<number>();
  const { status = 'connecting', value, life, version, error } = state ?? {};
  return (
    <>
      <div className="heading">
        <h1>{nameText(id)}</h1>
        <p role="status" className={`state ${status}`}>
          {WORDS[status]}
        </p>
        <div className="buttons">
          {value && version !== undefined && (
            <button type="button" className="main" onClick={() => setEdited({ context: value, version })}>
              Edit
            </button>
          )}
          {status !== 'connecting' && <Actions id={id} version={version} />}
        </div>
      </div>
      {error && status === 'failed' && (
        <p role="alert" className="failure">
          {error.message} <code>{error.code}</code>
        </p>
      )}
      {value && version !== undefined ? (
        <>
          <Summary id={id} version={version} />
          <div className="columns">
            <Present id={id} value={value} version={version} />
            <Timeline id={id} life={life} version={version} onRevert={setTarget} />
          </div>
          {target !== undefined && (
            <Revert id={id} to={target} version={version} onClose={() => setTarget(undefined)} />
          )}
        </>
      ) : (
        status === 'live' && (
          <div className="card narrow">
            <h2>There is no such context</h2>
            <p>It was never made, has been deleted, or is not yours to read.</p>
            <button type="button" className="main" onClick={() => setIsMaking(true)}>
              Make it
            </button>
          </div>
        )
      )}
      {edited && (
        <Editor
          id={id}
          begun={edited}
          now={value && { context: value, version: version ?? 0 }}
          onClose={() => setEdited(undefined)}
        />
      )}
      {isMaking && <NewContext id={id} onClose={() => setIsMaking(false)} />}
    </>
  );
}

/** What the copy itself does not know. */
function Summary({ id, version }: { readonly id: string; readonly version: number }): ReactElement {
  const now = useNow();
  const [{ data }, again] = useQuery({ query: readSummary, variables: { id } });
  useEffect(() => {
    const timer = setInterval(again, 1000);
    return () => clearInterval(timer);
  }, [again]);
  const summary = data?.contexts.nodes.find(({ contextId }) => contextId === id);
  return (
    <dl className="facts">
      <div>
        <dt>Version</dt>
        <dd>
          <span key={version} className="flash">
            {version}
          </span>
        </dd>
      </div>
      {summary && (
        <>
          <div>
            <dt>Changed</dt>
            <dd title={time(summary.insertedAt)}>{age(summary.insertedAt, now)} ago</dd>
          </div>
          <div>
            <dt>Size</dt>
            <dd>{bytes(summary.sizeInBytes)}</dd>
          </div>
        </>
      )}
    </dl>
  );
}

interface PresentProps {
  readonly id: string;
  readonly value: object;
  readonly version: number;
}

function Present({ id, value, version }: PresentProps): ReactElement {
  const [selected, setSelected] = useState<readonly string[]>();
  const [text, setText] = useState('');
  const wanted = useDeferredValue(text);
  const shown = useDeferredValue(value);
  const found = useMemo(() => find(shown, wanted), [shown, wanted]);
  return (
    <section aria-labelledby="present" className="card">
      <h2 id="present">As it is</h2>
      <label>
        <span className="hidden">Find keys and values</span>
        <input
          type="search"
          placeholder="Find keys and values…"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {selected && (
        <Selection
          key={JSON.stringify(selected)}
          id={id}
          version={version}
          path={selected}
          value={valueAt(value, selected)}
          onClose={() => setSelected(undefined)}
        />
      )}
      {wanted === '' ? (
        <Tree value={shown} selected={selected && JSON.stringify(selected)} onSelect={setSelected} />
      ) : (
        <ul className="found" aria-label="What was found">
          {found.map(({ path, value: member }) => (
            <li key={JSON.stringify(path)}>
              <button type="button" className="key" onClick={() => setSelected(path)}>
                {pathText(path)}
              </button>{' '}
              {brief(member)}
            </li>
          ))}
          {found.length === 0 && <li className="note">Nothing was found.</li>}
        </ul>
      )}
    </section>
  );
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inside, key) =>
      typeof inside === 'object' && inside !== null && Object.hasOwn(inside, key)
        ? (inside as { readonly [key: string]: unknown })[key]
        : undefined,
    value,
  );
}

interface RevertProps {
  readonly id: string;
  readonly to: number;
  readonly version: number;
  readonly onClose: () => void;
}

function Revert({ id, to, version, onClose }: RevertProps): ReactElement {
  const [expected] = useState(version);
  const [{ error, fetching }, revert] = useMutation(revertContext);
  const confirm = async (): Promise<void> => {
    const answer = await revert({ id, toVersion: to, expectedVersion: expected });
    if (!answer.error) onClose();
  };
  return (
    <Confirm
      title={`Revert to version ${to}?`}
      action={`Revert to version ${to}`}
      isBusy={fetching}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p>
        It becomes what it was at version {to}, by a new version, if it is still at version {expected}. Nothing of what
        came between is lost.
      </p>
      <Failure error={error} />
    </Confirm>
  );
}
