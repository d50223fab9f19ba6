import {
  BREAK,
  type DocumentNode,
  defaultFieldResolver,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
  typeFromAST,
  visit,
} from 'graphql';
import { type Complete, completerOf, Unplannable } from './complete.ts';

type Nodes = readonly [FieldNode, ...FieldNode[]];

/** A field of a selection, merged from all the places that select it, and how its value is completed. */
export interface PlannedField {
  /** Its alias, or its name. */
  readonly name: string;
  readonly nodes: Nodes;
  readonly parent: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  readonly complete: Complete;
}

/** What execution needs to know of an operation: all that graphql-js works out of its document anew each time. */
export interface Plan {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: { readonly [name: string]: FragmentDefinitionNode };
  readonly fields: readonly PlannedField[];
  /** How many there are, those within included. */
  readonly size: number;
}

/** A plan of an operation of a valid document; null where it depends on variables which fields there are, is odd, or has too many fields. */
export function planOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  maxFields: number,
): Plan | null {
  const root = schema.getRootType(operation.operation);
  if (!root || isOdd(document)) return null;
  const fragments: { [name: string]: FragmentDefinitionNode } = Object.create(null);
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node;
  }
  try {
    const planner = new Planner(schema, fragments, maxFields);
    const fields = planner.fieldsOf(root, [operation.selectionSet]);
    return { schema, operation, fragments, fields, size: planner.size };
  } catch (error) {
    if (error instanceof Unplannable) return null;
    throw error;
  }
}

/** Directives may leave fields out, introspection is seldom, and no alias may be what an object inherits by. */
function isOdd(document: DocumentNode): boolean {
  let isFound = false;
  const found = (): typeof BREAK => {
    isFound = true;
    return BREAK;
  };
  visit(document, {
    Directive: found,
    Field({ name, alias }) {
      const isIntrospection = name.value.startsWith('__') && name.value !== TypeNameMetaFieldDef.name;
      return isIntrospection || alias?.value === '__proto__' ? found() : undefined;
    },
  });
  return isFound;
}

class Planner {
  readonly #schema: GraphQLSchema;
  readonly #fragments: Plan['fragments'];
  readonly #maxFields: number;
  #count = 0;

  constructor(schema: GraphQLSchema, fragments: Plan['fragments'], maxFields: number) {
    this.#schema = schema;
    this.#fragments = fragments;
    this.#maxFields = maxFields;
  }

  get size(): number {
    return this.#count;
  }

  fieldsOf(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): readonly PlannedField[] {
    const collected = new Map<string, [FieldNode, ...FieldNode[]]>();
    const spread = new Set<string>();
    for (const selectionSet of selectionSets) this.#collect(type, selectionSet, collected, spread);
    const fields: PlannedField[] = [];
    for (const [name, nodes] of collected) {
      const [{ name: fieldName }] = nodes;
      const definition =
        fieldName.value === TypeNameMetaFieldDef.name ? TypeNameMetaFieldDef : type.getFields()[fieldName.value];
      this.#count += 1;
      if (!definition || this.#count > this.#maxFields) throw new Unplannable();
      const { resolve = defaultFieldResolver } = definition;
      const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      const complete = completerOf(definition.type, {
        schema: this.#schema,
        fieldsOf: (subtype) => this.fieldsOf(subtype, selectionSets),
      });
      fields.push({ name, nodes, parent: type, definition, resolve, complete });
    }
    return fields;
  }

  #collect(
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
    collected: Map<string, [FieldNode, ...FieldNode[]]>,
    spread: Set<string>,
  ): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const nodes = collected.get(name);
        if (nodes) nodes.push(selection);
        else collected.set(name, [selection]);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragmentOf(selection.name.value, spread);
      if (fragment && this.#applies(fragment.typeCondition, type)) {
        this.#collect(type, fragment.selectionSet, collected, spread);
      }
    }
  }

  /** Undefined for one that was spread before: twice is as once. */
  #fragmentOf(name: string, spread: Set<string>): FragmentDefinitionNode | undefined {
    if (spread.has(name)) return undefined;
    spread.add(name);
    return this.#fragments[name];
  }

  #applies(condition: FragmentDefinitionNode['typeCondition'] | undefined, type: GraphQLObjectType): boolean {
    if (!condition) return true;
    const named = typeFromAST(this.#schema, condition);
    return named === type || (isAbstractType(named) && this.#schema.isSubType(named, type));
  }
}
