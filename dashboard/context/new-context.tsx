import { type ReactElement, useState } from 'react';
import { useMutation } from 'urql';
import { setContext } from '../operations.ts';
import { Dialog } from '../parts/dialog.tsx';
import { codeOf, Failure } from '../parts/failure.tsx';
import { hrefOf } from '../route.ts';
import { JsonField, parsed } from './json-field.tsx';

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
