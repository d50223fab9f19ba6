import { type FormEvent, memo, type ReactElement, useCallback, useId, useState } from 'react';
import { useMutation } from 'urql';
import { brief, nameText } from '../format.ts';
import { patchContext } from '../operations.ts';
import { codeOf, Failure } from '../parts/failure.tsx';
import { type Addition, type Draft, faultOf, isSame, patchOf, textOf, valueIn } from './drafts.ts';
import type { Seen } from './editor.tsx';

interface MembersFormProps {
  readonly id: string;
  /** Undefined where there is no such context any more. */
  readonly now: Seen | undefined;
  readonly onClose: () => void;
}

/** How many members are shown at first, and with each further click. */
const AT_ONCE = 50;
/** Past so many characters a text has more than one line. */
const LINE = 80;
/** What somebody who was faster has made of it is answered by these. */
const FASTER = new Set(['PATCH_FAILED', 'VERSION_CONFLICT']);

/**
 * One field for each member of a context, as it is now. Only what is typed is written, and only where it is still what it was: what others
 * do elsewhere is no conflict, and what they do to the same member is shown beside it.
 */
export function MembersForm({ id, now, onClose }: MembersFormProps): ReactElement {
  const [drafts, setDrafts] = useState<ReadonlyMap<string, Draft>>(new Map());
  const [additions, setAdditions] = useState<readonly Addition[]>([]);
  const [most, setMost] = useState(AT_ONCE);
  const [{ error, fetching }, write] = useMutation(patchContext);
  const draft = useCallback(
    (name: string, next: Draft | undefined): void =>
      setDrafts((before) => {
        const rest = new Map(before);
        if (next) rest.set(name, next);
        else rest.delete(name);
        return rest;
      }),
    [],
  );
  if (!now) return <p role="alert">It was deleted meanwhile. “Replace the whole” makes it anew.</p>;

  const members = now.context as { readonly [name: string]: unknown };
  // What is typed stays, though the member has gone.
  const names = [...new Set([...Object.keys(members), ...drafts.keys()])];
  const change = (at: number, next: Addition | undefined): void =>
    setAdditions(additions.flatMap((each, i) => (i !== at ? [each] : next ? [next] : [])));
  const patch = patchOf(drafts, additions);
  const faults = additions.map((each, i) => faultOf(each, additions.slice(0, i), members));
  const isReady = patch !== null && patch.length > 0 && faults.every((fault) => fault === undefined);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isReady) return;
    // A patch can not say that there is none of a name: then the version has to.
    const expectedVersion = additions.length > 0 ? now.version : null;
    const { error: failed } = await write({ id, patch: [...patch], expectedVersion });
    if (!failed) onClose();
  };
  return (
    <form onSubmit={(event) => void save(event)}>
      <div className="members">
        {names.slice(0, most).map((name) => (
          <Member
            key={name}
            name={name}
            now={Object.hasOwn(members, name) ? members[name] : undefined}
            draft={drafts.get(name)}
            onDraft={draft}
          />
        ))}
        {names.length > most && (
          <button type="button" className="quiet" onClick={() => setMost(most + AT_ONCE)}>
            {names.length - most} more
          </button>
        )}
        {additions.map((addition, i) => (
          <NewMember
            // biome-ignore lint/suspicious/noArrayIndexKey: a name is what is typed
            key={i}
            addition={addition}
            fault={faults[i]}
            onChange={(next) => change(i, next)}
          />
        ))}
        {names.length + additions.length === 0 && <p className="note">There is nothing in it.</p>}
      </div>
      {FASTER.has(codeOf(error) ?? '') ? (
        <p role="alert" className="failure">
          Somebody was faster, and nothing was written. What they have made of it is shown above.
        </p>
      ) : (
        <Failure error={error} />
      )}
      <div className="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" onClick={() => setAdditions([...additions, { name: '', text: '' }])}>
          Add a member
        </button>
        <button type="submit" className="main" disabled={!isReady || fetching}>
          Save
        </button>
      </div>
      <p className="note">Only what you change is written, where it is still what it was.</p>
    </form>
  );
}

interface MemberProps {
  readonly name: string;
  /** Undefined where it has gone. */
  readonly now: unknown;
  readonly draft: Draft | undefined;
  readonly onDraft: (name: string, next: Draft | undefined) => void;
}

const Member = memo(function Member({ name, now, draft, onDraft }: MemberProps): ReactElement {
  const id = useId();
  const before = draft ? draft.before : now;
  const isConflict = draft !== undefined && !isSame(now, before);
  const isGoing = draft !== undefined && draft.text === undefined;
  const text = draft?.text ?? textOf(before);
  const isFaulty = valueIn(text, before) === undefined;
  const type = (next: string): void => onDraft(name, { before, text: next });
  return (
    <div className={isConflict ? 'member conflict' : 'member'}>
      <label htmlFor={id}>{nameText(name)}</label>
      {isGoing ? (
        <p id={id} className="note">
          It will be removed.
        </p>
      ) : typeof before === 'boolean' ? (
        <input
          id={id}
          type="checkbox"
          checked={text === 'true'}
          onChange={(event) => type(String(event.target.checked))}
        />
      ) : isLine(text, before) ? (
        <input
          id={id}
          value={text}
          inputMode={typeof before === 'number' ? 'decimal' : undefined}
          spellCheck={false}
          aria-invalid={isFaulty}
          onChange={(event) => type(event.target.value)}
        />
      ) : (
        <textarea
          id={id}
          value={text}
          rows={Math.min(8, text.split('\n').length + Math.floor(text.length / LINE))}
          spellCheck={false}
          aria-invalid={isFaulty}
          onChange={(event) => type(event.target.value)}
        />
      )}
      <button
        type="button"
        className="quiet"
        aria-label={`${draft ? 'Undo' : 'Remove'} ${nameText(name)}`}
        onClick={() => onDraft(name, draft ? undefined : { before, text: undefined })}
      >
        {draft ? 'Undo' : 'Remove'}
      </button>
      {isFaulty && !isGoing && <p className="fault">This is no JSON.</p>}
      {isConflict && (
        <p role="alert" className="theirs">
          {now === undefined ? 'Somebody has removed it meanwhile.' : <>Theirs, meanwhile: {brief(now)}</>}{' '}
          <button type="button" onClick={() => onDraft(name, undefined)}>
            Take theirs
          </button>
          {now !== undefined && (
            <button type="button" onClick={() => onDraft(name, { before: now, text: draft.text })}>
              Keep mine
            </button>
          )}
        </p>
      )}
    </div>
  );
});

/** A field that is typed into does not become another meanwhile. */
function isLine(text: string, before: unknown): boolean {
  return typeof before === 'string'
    ? before.length < LINE && !/[\r\n]/.test(`${before}${text}`)
    : typeof before !== 'object';
}

interface NewMemberProps {
  readonly addition: Addition;
  readonly fault: string | undefined;
  readonly onChange: (next: Addition | undefined) => void;
}

function NewMember({ addition, fault, onChange }: NewMemberProps): ReactElement {
  return (
    <div className="member">
      <input
        aria-label="Name of the new member"
        placeholder="name"
        value={addition.name}
        spellCheck={false}
        onChange={(event) => onChange({ ...addition, name: event.target.value })}
      />
      <input
        aria-label="Value of the new member, as JSON"
        placeholder="value, as JSON"
        value={addition.text}
        spellCheck={false}
        aria-invalid={fault !== undefined}
        onChange={(event) => onChange({ ...addition, text: event.target.value })}
      />
      <button type="button" className="quiet" onClick={() => onChange(undefined)}>
        Undo
      </button>
      {fault && addition.name + addition.text !== '' && <p className="fault">{fault}</p>}
    </div>
  );
}
