import { memo, type ReactElement, useEffect, useRef, useState } from 'react';
import { nameText } from '../format.ts';

interface TreeProps {
  readonly value: object;
  readonly selected: string | undefined;
  readonly onSelect: (path: readonly string[]) => void;
}

/** How many members of one object or list are shown at first, and with each further click. */
const AT_ONCE = 100;
/** What is open at first: down to here, and no larger. */
const OPEN_DEPTH = 2;
const OPEN_MEMBERS = 30;
/** What a click on a long text unfolds. */
const LONG = 200;

/** Some JSON, with what has just changed marked. What did not change is the same object as before, and is not drawn again. */
export function Tree({ value, selected, onSelect }: TreeProps): ReactElement {
  const select = useRef(onSelect);
  useEffect(() => {
    select.current = onSelect;
  });
  // As long as the tree is there it is the same one.
  const [choose] = useState(() => (pointer: string) => select.current(JSON.parse(pointer) as string[]));
  return (
    <div className="tree">
      <Members value={value} pointer="[]" depth={0} selected={selected} onSelect={choose} />
    </div>
  );
}

interface MembersProps {
  readonly value: object;
  /** The path to it, as JSON, so that equal paths are equal. */
  readonly pointer: string;
  readonly depth: number;
  readonly selected: string | undefined;
  readonly onSelect: (pointer: string) => void;
}

const Members = memo(function Members({ value, pointer, depth, selected, onSelect }: MembersProps): ReactElement {
  const [shown, setShown] = useState(AT_ONCE);
  const before = useRef<object>(undefined);
  useEffect(() => {
    before.current = value;
  });
  const isList = Array.isArray(value);
  const all = Object.entries(value);
  if (all.length === 0) return <p className="empty">{isList ? 'An empty list' : 'Nothing in it'}</p>;
  const path = JSON.parse(pointer) as string[];
  return (
    <ul>
      {all.slice(0, shown).map(([key, member]) => {
        const own = JSON.stringify([...path, key]);
        const isInside = selected?.startsWith(own.slice(0, -1)) ?? false;
        return (
          <Node
            key={key}
            name={key}
            isElement={isList}
            value={member}
            isNew={before.current !== undefined && !Object.hasOwn(before.current, key)}
            pointer={own}
            depth={depth + 1}
            selected={isInside ? selected : undefined}
            onSelect={onSelect}
          />
        );
      })}
      {all.length > shown && (
        <li>
          <button type="button" className="quiet" onClick={() => setShown(shown + AT_ONCE)}>
            {all.length - shown} more
          </button>
        </li>
      )}
    </ul>
  );
});

interface NodeProps {
  readonly name: string;
  readonly isElement: boolean;
  readonly value: unknown;
  /** Whether it came while its parent was looked at. */
  readonly isNew: boolean;
  readonly pointer: string;
  readonly depth: number;
  readonly selected: string | undefined;
  readonly onSelect: (pointer: string) => void;
}

const Node = memo(function Node(props: NodeProps): ReactElement {
  const { name, isElement, value, isNew, pointer, depth, selected, onSelect } = props;
  const isContainer = typeof value === 'object' && value !== null;
  const members = isContainer ? Object.keys(value).length : 0;
  const [isOpen, setIsOpen] = useState(depth < OPEN_DEPTH && members <= OPEN_MEMBERS);
  const isSelected = selected === pointer;
  const label = (
    <button
      type="button"
      className={isElement ? 'key element' : 'key'}
      aria-pressed={isSelected}
      onClick={() => onSelect(pointer)}
    >
      {nameText(name)}
    </button>
  );
  if (!isContainer)
    return (
      <li className={isNew ? 'new' : undefined}>
        {label} <Leaf value={value} />
      </li>
    );
  return (
    <li className={isNew ? 'new' : undefined}>
      <button
        type="button"
        className="fold"
        aria-expanded={isOpen}
        aria-label={`${nameText(name)}, ${Array.isArray(value) ? 'a list' : 'an object'} of ${members}`}
        onClick={() => setIsOpen(!isOpen)}
      />
      {label} <span className="count">{Array.isArray(value) ? `[${members}]` : `{${members}}`}</span>
      {isOpen && <Members value={value} pointer={pointer} depth={depth} selected={selected} onSelect={onSelect} />}
    </li>
  );
});

function Leaf({ value }: { readonly value: unknown }): ReactElement {
  const [isWhole, setIsWhole] = useState(false);
  const first = useRef(value);
  const text = JSON.stringify(value);
  const isLong = text.length > LONG;
  const shown = isLong && !isWhole ? `${text.slice(0, LONG)}…` : text;
  return (
    <span
      key={isLong ? undefined : text}
      className={`leaf ${value === null ? 'null' : typeof value} ${first.current === value ? '' : 'flash'}`}
    >
      {shown}
      {isLong && (
        <button type="button" className="quiet" aria-expanded={isWhole} onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? 'Less' : `All ${text.length} characters`}
        </button>
      )}
    </span>
  );
}

interface Found {
  readonly path: readonly string[];
  readonly value: unknown;
}

const MOST_FOUND = 200;

/** Where a text is in keys or values, whatever its case. */
export function find(value: object, text: string): readonly Found[] {
  const wanted = text.toLowerCase();
  const found: Found[] = [];
  const look = (inside: object, path: readonly string[]): void => {
    for (const [key, member] of Object.entries(inside)) {
      if (found.length >= MOST_FOUND) return;
      const own = [...path, key];
      const isContainer = typeof member === 'object' && member !== null;
      const isHere =
        key.toLowerCase().includes(wanted) || (!isContainer && String(member).toLowerCase().includes(wanted));
      if (isHere) found.push({ path: own, value: member });
      if (isContainer) look(member, own);
    }
  };
  if (wanted !== '') look(value, []);
  return found;
}
