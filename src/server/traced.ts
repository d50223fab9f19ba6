import { type ExecutionArgs, getOperationAST } from 'graphql';
import { encodeCursor } from '../context/cursor.ts';
import type { Traces } from '../metrics/traces.ts';
import type { AroundCommit } from '../store/timed-store.ts';
import type { OnTold } from './fanout/group.ts';

const NAME_LENGTH = 100;

/** A span for each commit, which remembers where it leads. */
export function tracedCommits(traces: Traces): AroundCommit {
  return (commit, run) => {
    const { position } = commit.next;
    return Promise.resolve(
      traces.within('arpeggio.commit', { 'arpeggio.version': position.version }, (span) => {
        if (!span) return run(commit);
        // Before it is done: those it is told to may hear of it sooner than whoever waits for it.
        const trace = traces.reached(encodeCursor(position), span);
        return run({ ...commit, trace }).then((outcome) => {
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
