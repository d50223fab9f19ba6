import { type ReactElement, useState } from 'react';
import { useMutation } from 'urql';
import { deleteContext, exportContext, restoreContext } from '../operations.ts';
import { Confirm } from '../parts/dialog.tsx';
import { Failure } from '../parts/failure.tsx';

interface ActionsProps {
  readonly id: string;
  /** Undefined where there is no such context. */
  readonly version: number | undefined;
}

type Asked = 'delete' | 'restore';

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
        : await restoreIt({ id, force: true });
    if (!error) setAsked(undefined);
  };
  return (
    <>
      {version !== undefined && (
        <button type="button" disabled={exported.fetching} onClick={() => void exportIt({ id })}>
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
      <Failure error={exported.error} />
      {asked === 'delete' && (
        <Confirm
          title={`Delete ${id}?`}
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
          title={`Restore ${id}?`}
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
