import { type DocumentNode, type GraphQLError, getOperationAST, Kind } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { rewritten } from '../resolvers/errors.ts';

/**
 * Lets a mutation that failed before anything ran say so: whatever is wrong with its document, variables or arguments, nothing was
 * applied. (Errors of the writes themselves, which have a path, know their own outcome.)
 */
export function useOutcome(): Plugin {
  return {
    onValidate({ params: { documentAST } }) {
      if (!hasMutation(documentAST)) return;
      return ({ valid, result, setResult }) => {
        if (!valid) setResult((result as readonly GraphQLError[]).map(notApplied));
      };
    },
    onExecute({ args: { document, operationName } }) {
      if (getOperationAST(document, operationName)?.operation !== 'mutation') return;
      return {
        onExecuteDone({ result, setResult }) {
          // Without a path an error was found before the first field ran.
          if (!('errors' in result) || !result.errors) return;
          setResult({ ...result, errors: result.errors.map((error) => (error.path ? error : notApplied(error))) });
        },
      };
    },
  };
}

function hasMutation({ definitions }: DocumentNode): boolean {
  return definitions.some((node) => node.kind === Kind.OPERATION_DEFINITION && node.operation === 'mutation');
}

function notApplied(error: GraphQLError): GraphQLError {
  if ('applied' in error.extensions) return error;
  const originalError = error.originalError ?? null;
  return rewritten(error, { originalError, extensions: { ...error.extensions, applied: 'NO' } });
}
