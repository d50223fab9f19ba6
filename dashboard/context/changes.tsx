import type { ReactElement } from 'react';
import { brief, pathText } from '../format.ts';
import type { ReadDiffQuery } from '../generated/graphql.ts';

type Change = ReadDiffQuery['diff']['changes'][number];

const SIGNS = { ADDED: '+', MODIFIED: '~', REMOVED: '−' } as const;
const WORDS = { ADDED: 'added', MODIFIED: 'changed', REMOVED: 'removed' } as const;
const MOST = 200;

/** A delta, a line for each path. */
export function Changes({ changes }: { readonly changes: readonly Change[] }): ReactElement {
  if (changes.length === 0) return <p className="note">Nothing differs.</p>;
  return (
    <ul className="changes">
      {changes.slice(0, MOST).map(({ path, action, value, oldValue }) => (
        <li key={JSON.stringify(path)} className={action.toLowerCase()}>
          <span role="img" aria-label={WORDS[action]}>
            {SIGNS[action]}
          </span>{' '}
          <code>{pathText(path)}</code> {action !== 'ADDED' && <del>{brief(oldValue)}</del>}{' '}
          {action !== 'REMOVED' && <ins>{brief(value)}</ins>}
        </li>
      ))}
      {changes.length > MOST && <li>and {changes.length - MOST} more</li>}
    </ul>
  );
}
