import { type FormEvent, type ReactElement, useState } from 'react';
import type { Link } from '../connections.ts';
import { NewContext } from '../context/new-context.tsx';
import { age, bytes, nameText, rounded, time } from '../format.ts';
import { Failure } from '../parts/failure.tsx';
import { useNow } from '../parts/use-now.ts';
import { hrefOf } from '../route.ts';
import { type Listed, useListing } from './use-listing.ts';

interface ContextsPageProps {
  readonly prefix: string;
  readonly link: Link;
}

export function ContextsPage({ prefix, link }: ContextsPageProps): ReactElement {
  const [text, setText] = useState(prefix);
  /** Where each page before this one began. */
  const [before, setBefore] = useState<readonly (string | null)[]>([]);
  const [after, setAfter] = useState<string | null>(null);
  const [isMaking, setIsMaking] = useState(false);
  const { contexts, next, error, rates, watchers } = useListing({ prefix, after, link });
  const search = (event: FormEvent): void => {
    event.preventDefault();
    location.hash = hrefOf({ page: 'contexts', prefix: text });
  };
  return (
    <>
      <div className="heading">
        <h1>Contexts</h1>
        <form onSubmit={search}>
          <label>
            <span className="hidden">Ids that begin with</span>
            <input
              type="search"
              placeholder="Ids that begin with…"
              value={text}
              spellCheck={false}
              onChange={(event) => setText(event.target.value)}
            />
          </label>
          <button type="submit">Search</button>
        </form>
        <button type="button" className="main" onClick={() => setIsMaking(true)}>
          New context
        </button>
      </div>
      <Failure error={error} />
      {contexts === undefined ? (
        !error && <p className="note">Loading…</p>
      ) : contexts.length === 0 ? (
        <p className="note">
          {prefix === '' ? 'There are no contexts yet.' : `No context's id begins with “${prefix}”.`}
        </p>
      ) : (
        <Table contexts={contexts} rates={rates} watchers={watchers} />
      )}
      {(before.length > 0 || next !== null) && (
        <nav className="buttons" aria-label="Pages of contexts">
          <button
            type="button"
            disabled={before.length === 0}
            onClick={() => {
              setAfter(before.at(-1) ?? null);
              setBefore(before.slice(0, -1));
            }}
          >
            Previous
          </button>
          <button
            type="button"
            disabled={next === null}
            onClick={() => {
              setBefore([...before, after]);
              setAfter(next);
            }}
          >
            Next
          </button>
        </nav>
      )}
      {isMaking && <NewContext onClose={() => setIsMaking(false)} />}
    </>
  );
}

interface TableProps {
  readonly contexts: readonly Listed[];
  readonly rates: ReadonlyMap<string, number>;
  readonly watchers: ReadonlyMap<string, number> | undefined;
}

function Table({ contexts, rates, watchers }: TableProps): ReactElement {
  const now = useNow();
  return (
    <div className="scroll">
      <table>
        <caption className="hidden">Contexts, by their ids</caption>
        <thead>
          <tr>
            <th scope="col">Id</th>
            <th scope="col" className="number">
              Version
            </th>
            <th scope="col" className="number">
              Changed
            </th>
            <th scope="col" className="number">
              Size
            </th>
            <th scope="col" className="number">
              Versions/s
            </th>
            {watchers && (
              <th scope="col" className="number">
                Watchers
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {contexts.map(({ contextId, version, insertedAt, sizeInBytes }) => (
            <tr key={contextId}>
              <th scope="row">
                <a href={hrefOf({ page: 'context', id: contextId })}>{nameText(contextId)}</a>
              </th>
              <td className="number">
                <span key={version} className="flash">
                  {version}
                </span>
              </td>
              <td className="number" title={time(insertedAt)}>
                {age(insertedAt, now)}
              </td>
              <td className="number">{bytes(sizeInBytes)}</td>
              <td className="number">{rates.has(contextId) ? rounded(rates.get(contextId) ?? 0) : '–'}</td>
              {watchers && <td className="number">{watchers.get(contextId) ?? 0}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
