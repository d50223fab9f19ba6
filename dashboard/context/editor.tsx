import { type ReactElement, useId, useState } from 'react';
import { type CombinedError, useMutation } from 'urql';
import { setContext, updateContext } from '../operations.ts';
import { Dialog } from '../parts/dialog.tsx';
import { codeOf, Failure } from '../parts/failure.tsx';
import { hrefOf } from '../route.ts';

type Context = { readonly [key: string]: unknown };

/** What is wrong with a text that should be a JSON object; the object, where nothing is. */
function parsed(text: string): Context | string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Context;
    return 'A context is a JSON object: { … }.';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

interface JsonFieldProps {
  readonly label: string;
  readonly text: string;
  readonly onText: (text: string) => void;
}

function JsonField({ label, text, onText }: JsonFieldProps): ReactElement {
  const fault = parsed(text);
  const id = useId();
  return (
    <label className="json">
      {label}
      <textarea
        value={text}
        rows={16}
        spellCheck={false}
        aria-invalid={typeof fault === 'string'}
        aria-describedby={id}
        onChange={(event) => onText(event.target.value)}
      />
      <span id={id} className={typeof fault === 'string' ? 'fault' : 'note'}>
        {typeof fault === 'string' ? fault : 'Valid JSON'}
      </span>
    </label>
  );
}

interface EditorProps {
  readonly id: string;
  /** As it was when one began. */
  readonly begun: Seen;
  /** Undefined where there is no such context any more. */
  readonly now: Seen | undefined;
  readonly onClose: () => void;
}

interface Seen {
  readonly context: object;
  readonly version: number;
}

type Way = 'update' | 'set';

/** Writes where the context is still at the version that one saw; else it shows both, side by side. */
export function Editor({ id, begun, now, onClose }: EditorProps): ReactElement {
  const [expected, setExpected] = useState(begun.version);
  const version = now?.version ?? 0;
  const [way, setWay] = useState<Way>('set');
  const [texts, setTexts] = useState({ set: pretty(begun.context), update: '{\n  \n}' });
  const [setResult, set] = useMutation(setContext);
  const [updateResult, update] = useMutation(updateContext);
  const text = texts[way];
  const value = parsed(text);
  const { error, fetching } = way === 'set' ? setResult : updateResult;
  const save = async (expectedVersion: number): Promise<void> => {
    if (typeof value === 'string') return;
    const { error: failed } =
      way === 'set'
        ? await set({ id, context: value, expectedVersion })
        : await update({ id, changes: value, expectedVersion });
    if (!failed) onClose();
  };
  const isConflict = codeOf(error) === 'VERSION_CONFLICT';
  return (
    <Dialog title={`Edit ${id}`} onClose={onClose} isWide>
      <fieldset className="ways">
        <legend className="hidden">How to write</legend>
        {(['set', 'update'] as const).map((each) => (
          <label key={each}>
            <input type="radio" name="way" checked={way === each} onChange={() => setWay(each)} />
            {each === 'set' ? 'Replace the whole' : 'Merge changes into it'}
          </label>
        ))}
      </fieldset>
      <div className={isConflict ? 'sides' : undefined}>
        {isConflict && <Theirs now={now} />}
        <JsonField
          label={isConflict ? 'Yours' : way === 'set' ? 'The context' : 'What to merge'}
          text={text}
          onText={(next) => setTexts({ ...texts, [way]: next })}
        />
      </div>
      {isConflict ? <Conflict error={error} expected={expected} /> : <Failure error={error} />}
      <div className="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        {isConflict && now && (
          <button
            type="button"
            onClick={() => {
              setTexts({ ...texts, set: pretty(now.context) });
              setExpected(version);
              setWay('set');
            }}
          >
            Begin again from theirs
          </button>
        )}
        <button
          type="button"
          className="main"
          disabled={typeof value === 'string' || fetching}
          onClick={() => {
            const base = isConflict ? version : expected;
            setExpected(base);
            void save(base);
          }}
        >
          {isConflict ? (now ? `Write over version ${version}` : 'Make it anew') : 'Save'}
        </button>
      </div>
      <p className="note">Written only where the context is still at version {isConflict ? version : expected}.</p>
    </Dialog>
  );
}

function pretty(context: object): string {
  return JSON.stringify(context, null, 2);
}

function Theirs({ now }: { readonly now: Seen | undefined }): ReactElement {
  if (!now) return <p>Theirs: it was deleted.</p>;
  return (
    <label className="json">
      Theirs, version {now.version}
      <textarea readOnly rows={16} value={pretty(now.context)} />
    </label>
  );
}

function Conflict({
  error,
  expected,
}: {
  readonly error: CombinedError | undefined;
  readonly expected: number;
}): ReactElement {
  const current = error?.graphQLErrors[0]?.extensions['currentVersion'];
  return (
    <p role="alert" className="failure">
      Somebody was faster: the context was at version {String(current)}, not {expected}. Nothing was written.
    </p>
  );
}

export function NewContext({
  onClose,
  id: given = '',
}: {
  readonly onClose: () => void;
  readonly id?: string;
}): ReactElement {
  const [id, setId] = useState(given);
  const [text, setText] = useState('{}');
  const [{ error, fetching }, set] = useMutation(setContext);
  const value = parsed(text);
  const save = async (): Promise<void> => {
    if (typeof value === 'string') return;
    const { error: failed } = await set({ id, context: value, expectedVersion: 0 });
    if (failed) return;
    onClose();
    location.hash = hrefOf({ page: 'context', id });
  };
  return (
    <Dialog title="New context" onClose={onClose}>
      <label>
        Id
        <input value={id} spellCheck={false} onChange={(event) => setId(event.target.value)} />
      </label>
      <JsonField label="The context" text={text} onText={setText} />
      {codeOf(error) === 'VERSION_CONFLICT' ? (
        <p role="alert" className="failure">
          There is such a context already.
        </p>
      ) : (
        <Failure error={error} />
      )}
      <div className="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="main"
          disabled={id === '' || typeof value === 'string' || fetching}
          onClick={() => void save()}
        >
          Create
        </button>
      </div>
    </Dialog>
  );
}
