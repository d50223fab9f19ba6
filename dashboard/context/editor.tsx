import { type ReactElement, useState } from 'react';
import { type CombinedError, useMutation } from 'urql';
import { nameText } from '../format.ts';
import { setContext, updateContext } from '../operations.ts';
import { Dialog } from '../parts/dialog.tsx';
import { codeOf, Failure } from '../parts/failure.tsx';
import { JsonField, parsed } from './json-field.tsx';
import { MembersForm } from './members-form.tsx';

interface EditorProps {
  readonly id: string;
  /** As it was when one began. */
  readonly begun: Seen;
  /** Undefined where there is no such context any more. */
  readonly now: Seen | undefined;
  readonly onClose: () => void;
}

export interface Seen {
  readonly context: object;
  readonly version: number;
}

type Way = 'form' | 'set' | 'update';

const WAYS: readonly (readonly [way: Way, title: string])[] = [
  ['form', 'Fill in a form'],
  ['set', 'Replace the whole'],
  ['update', 'Merge changes into it'],
];

/** Three ways to write: some members, the whole, or what is merged into it. What was typed in one stays while one looks at another. */
export function Editor({ id, begun, now, onClose }: EditorProps): ReactElement {
  const [way, setWay] = useState<Way>('form');
  return (
    <Dialog title={`Edit ${nameText(id)}`} onClose={onClose} isWide>
      <fieldset className="ways">
        <legend className="hidden">How to write</legend>
        {WAYS.map(([each, title]) => (
          <label key={each}>
            <input type="radio" name="way" checked={way === each} onChange={() => setWay(each)} />
            {title}
          </label>
        ))}
      </fieldset>
      <div hidden={way !== 'form'}>
        <MembersForm id={id} now={now} onClose={onClose} />
      </div>
      <div hidden={way === 'form'}>
        <JsonForm id={id} begun={begun} now={now} onClose={onClose} way={way === 'form' ? 'set' : way} onWay={setWay} />
      </div>
    </Dialog>
  );
}

interface JsonFormProps extends EditorProps {
  readonly way: 'set' | 'update';
  readonly onWay: (way: Way) => void;
}

/** Writes where the context is still at the version that one saw; else it shows both, side by side. */
function JsonForm({ id, begun, now, onClose, way, onWay }: JsonFormProps): ReactElement {
  const [expected, setExpected] = useState(begun.version);
  const version = now?.version ?? 0;
  const [texts, setTexts] = useState(() => ({ set: pretty(begun.context), update: '{\n  \n}' }));
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
    <>
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
              onWay('set');
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
    </>
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
