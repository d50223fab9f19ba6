import { type FormEvent, type ReactElement, useEffect, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { rounded, time } from '../format.ts';
import { readCleanup, runCleanup, startCleanup, stopCleanup } from '../operations.ts';
import { Failure } from '../parts/failure.tsx';

const AGAIN_MS = 3000;
const DEFAULT_SECONDS = 60;

/** What ends contexts and takes deltas that are too old, for all processes. */
export function Cleanup(): ReactElement {
  const [{ data, error, fetching }, again] = useQuery({ query: readCleanup });
  const [started, start] = useMutation(startCleanup);
  const [stopped, stop] = useMutation(stopCleanup);
  const [ran, run] = useMutation(runCleanup);
  const [seconds, setSeconds] = useState<number>();
  useEffect(() => {
    const timer = setInterval(again, AGAIN_MS);
    return () => clearInterval(timer);
  }, [again]);
  const server = data?.cleanupServer;
  const every = seconds ?? (server?.intervalMs ? server.intervalMs / 1000 : DEFAULT_SECONDS);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void start({ intervalMs: Math.round(every * 1000) }).then(() => again());
  };
  const report = ran.data?.cleanup ?? server?.lastReport;
  return (
    <section className="card" aria-labelledby="cleanup">
      <h2 id="cleanup">Cleanup server</h2>
      <Failure error={error ?? started.error ?? stopped.error ?? ran.error} />
      {fetching && !data && !error && <p className="note">Loading…</p>}
      {server && (
        <>
          <p role="status" className={`state ${server.running ? 'live' : ''}`}>
            {server.running ? `Runs every ${rounded((server.intervalMs ?? 0) / 1000)} s` : 'Does not run'}
          </p>
          <form className="buttons" onSubmit={submit}>
            <label>
              Every{' '}
              <input
                type="number"
                min={1}
                step="any"
                value={every}
                onChange={(event) => setSeconds(Number(event.target.value))}
              />{' '}
              seconds
            </label>
            <button type="submit">{server.running ? 'Change' : 'Start'}</button>
            {server.running && (
              <button type="button" onClick={() => void stop({}).then(() => again())}>
                Stop
              </button>
            )}
            <button type="button" disabled={ran.fetching} onClick={() => void run({}).then(() => again())}>
              Clean up now
            </button>
          </form>
          {report && (
            <p className="note">
              Last, {time(report.finishedAt)}: {report.contextsDeleted} contexts ended, {report.deltasDeleted} deltas
              taken.
            </p>
          )}
        </>
      )}
    </section>
  );
}
