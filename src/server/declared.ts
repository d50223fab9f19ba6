import type { OperationDefinitionNode } from 'graphql';

type Variables = { readonly [name: string]: unknown };

/** Of what came along as variables, those that the operation declares: a subscription holds them as long as it lasts, and others may be large. */
export function declared(operation: OperationDefinitionNode, variables: Variables | null | undefined): Variables {
  const names = new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value));
  return Object.fromEntries(Object.entries(variables ?? {}).filter(([name]) => names.has(name)));
}
