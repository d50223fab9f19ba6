import { type DocumentNode, getOperationAST } from 'graphql';

type Variables = { readonly [name: string]: unknown };

/** Of what came along as variables, those that the operation declares: a subscription holds them as long as it lasts, and others may be large. */
export function declared(
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Variables | null | undefined,
): Variables {
  const names = (getOperationAST(document, operationName)?.variableDefinitions ?? []).map(
    ({ variable }) => variable.name.value,
  );
  return Object.fromEntries(
    names.flatMap((name) => (variables && Object.hasOwn(variables, name) ? [[name, variables[name]]] : [])),
  );
}
