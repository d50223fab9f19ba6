import { type ReactElement, useState } from 'react';
import { useMutation } from 'urql';
import { nameText } from '../format.ts';
import { deleteContext, exportContext, restoreContext } from '../operations.ts';
import { Confirm } from '../parts/dialog.tsx';
import { Failure } from '../parts/failure.tsx';

interface ActionsProps {
  readonly id: string;
  /** Undefined where there is no such context. */
  readonly version: number | undefined;
}

type Asked = 'export' | 'restore' | 'delete';

/** Export, restore and delete. */
export function Actions({ id, version }: ActionsProps): ReactElement {
  const [asked, setAsked] = useState<Asked>();
  const [exported, exportIt] = useMutation(exportContext);
  const [restored, restoreIt] = useMutation(restoreContext);
  const [deleted, deleteIt] = useMutation(deleteContext);
  const confirm = async (): Promise<void> => {
    const { error } =
      asked === 'delete'
        ? await deleteIt({ id, expectedVersion: version ?? null })
        : asked === 'restore'
          ? await restoreIt({ id, force: true })
          : await exportIt({ id });
    if (!error) setAsked(undefined);
  };
  return (
    <>
      {version !== undefined && (
        <button type="button" onClick={() => setAsked('export')}>
          Export
        </button>
      )}
      <button type="button" onClick={() => setAsked('restore')}>
        Restore
      </button>
      {version !== undefined && (
        <button type="button" className="danger" onClick={() => setAsked('delete')}>
          Delete
        </button>
      )}
      <p role="status" className="note">
        {exported.data && `Exported at version ${exported.data.exportContext.version}.`}{' '}
        {restored.data && `Restored at version ${restored.data.restoreContext.version}.`}
      </p>
      {asked === 'export' && (
        <Confirm
          title={`Export ${nameText(id)}?`}
          action="Export it"
          isBusy={exported.fetching}
          onConfirm={() => void confirm()}
          onClose={() => setAsked(undefined)}
        >
          <p>It is handed to the archive as it is now, in place of what the archive holds of it.</p>
          <Failure error={exported.error} />
        </Confirm>
      )}
      {asked === 'delete' && (
        <Confirm
          title={`Delete ${nameText(id)}?`}
          action="Delete it"
          isBusy={deleted.fetching}
          onConfirm={() => void confirm()}
          onClose={() => setAsked(undefined)}
        >
          <p>
            Its life ends for everybody who watches it, if it is still at version {version}. What was exported stays.
          </p>
          <Failure error={deleted.error} />
        </Confirm>
      )}
      {asked === 'restore' && (
        <Confirm
          title={`Restore ${nameText(id)}?`}
          action="Restore it"
          isBusy={restored.fetching}
          onConfirm={() => void confirm()}
          onClose={() => setAsked(undefined)}
        >
          <p>
            A new life begins with what the archive holds{version !== undefined && ', in place of what is there now'}.
          </p>
          <Failure error={restored.error} />
        </Confirm>
      )}
    </>
  );
}
