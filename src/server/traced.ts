import { type ExecutionArgs, getOperationAST } from 'graphql';
import { encodeCursor } from '../context/cursor.ts';
import type { Traces } from '../metrics/traces.ts';
import type { AroundCommit } from '../store/timed-store.ts';
import type { OnTold } from './fanout/group.ts';

const NAME_LENGTH = 100;

/** A span for each commit, or for several that are one, which remembers where it leads. */
export function tracedCommits(traces: Traces): AroundCommit {
  return (commits, run) => {
    const [first] = commits;
    const attributes = {
      'arpeggio.version': first?.commit.next.position.version ?? 0,
      ...(commits.length > 1 && { 'arpeggio.contexts': commits.length }),
    };
    return Promise.resolve(
      traces.within('arpeggio.commit', attributes, (span) => {
        if (!span) return run(commits);
        // Before it is done: those it is told to may hear of it sooner than whoever waits for it.
        const traced = commits.map(({ id, commit }) => {
          return { id, commit: { ...commit, trace: traces.reached(encodeCursor(commit.next.position), span) } };
        });
        return run(traced).then((outcome) => {
          span.setAttribute('arpeggio.outcome', outcome.kind);
          return outcome;
        });
      }),
    );
  };
}

/** A span for each delivery, and what is told of it besides. */
export function tracedDeliveries(traces: Traces, onTold: OnTold = () => undefined): OnTold {
  return (members, told) => {
    onTold(members, told);
    return traces.delivery(String(told.to), { 'arpeggio.members': members });
  };
}

/** Runs a query or a mutation within a span that says what it is called, and nothing of what it asks. */
export function tracedOperation<R>(
  traces: Traces,
  { document, operationName }: ExecutionArgs,
  run: () => R | Promise<R>,
  hasFailed: (result: R) => boolean,
): R | Promise<R> {
  const operation = getOperationAST(document, operationName);
  const name = operation?.name?.value.slice(0, NAME_LENGTH);
  const type = operation?.operation ?? 'query';
  const attributes = { 'graphql.operation.type': type, ...(name !== undefined && { 'graphql.operation.name': name }) };
  return traces.within(`graphql ${type}`, attributes, run, hasFailed);
}
