import {
  type DirectiveNode,
  type ExecutionArgs,
  GraphQLError,
  getOperationAST,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Refuses subscriptions that are left no field: executors take it that there is one. */
export function useRootField(): Plugin {
  return {
    onSubscribe({ args, setResultAndStopExecution }) {
      if (isWithoutField(args)) setResultAndStopExecution({ errors: [NO_FIELD] });
    },
  };
}

const NO_FIELD = new GraphQLError('Its directives leave the subscription no field.', {
  extensions: { code: 'BAD_USER_INPUT' },
});

/** Whether directives leave a valid subscription none of its fields. */
function isWithoutField({ document, operationName }: ExecutionArgs): boolean {
  const operation = getOperationAST(document, operationName);
  const spread = new Set<string>();
  return operation ? isEmpty(operation.selectionSet) : false;

  function isEmpty({ selections }: SelectionSetNode): boolean {
    return selections.every((selection) => {
      if (selection.directives?.some(leavesOut)) return true;
      if (selection.kind === Kind.FIELD) return false;
      if (selection.kind === Kind.INLINE_FRAGMENT) return isEmpty(selection.selectionSet);
      const { value: name } = selection.name;
      // Twice is as once.
      if (spread.has(name)) return true;
      spread.add(name);
      return document.definitions.every(
        (node) => node.kind !== Kind.FRAGMENT_DEFINITION || node.name.value !== name || isEmpty(node.selectionSet),
      );
    });
  }
}

/** No variable decides here: validation refuses them. */
function leavesOut({ name, arguments: [condition] = [] }: DirectiveNode): boolean {
  if (condition?.value.kind !== Kind.BOOLEAN) return false;
  return name.value === 'skip' ? condition.value.value : !condition.value.value;
}
