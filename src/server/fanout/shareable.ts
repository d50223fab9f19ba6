import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { type Start, startOf } from '../../context/start.ts';
import { canonicalText, type Json } from '../../json.ts';

/** An operation that may be run once for many. */
export interface Shareable {
  /** Equal for operations that are told the same of every change, wherever they begin. */
  readonly key: string;
  /** Of the context. */
  readonly id: string;
  readonly start: Start | undefined;
}

export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variables: { readonly [name: string]: unknown } | null | undefined;
}

interface Arguments {
  readonly id: string;
  readonly version?: number | null;
  readonly cursor?: string | null;
}

const POSITION = ['version', 'cursor'];
/** Of one context each, by its `id`. */
const SHARED = ['contextChanged', 'contextPartChanged'];

/** The one field of a selection, in fragments or not, where no directive says whether it is there. */
function onlyField(document: DocumentNode, { selections: [selection, ...others] }: SelectionSetNode): FieldNode | null {
  if (!selection || others.length > 0 || selection.directives?.length) return null;
  if (selection.kind === Kind.FIELD) return selection;
  if (selection.kind === Kind.INLINE_FRAGMENT) return onlyField(document, selection.selectionSet);
  const fragment = document.definitions.find(
    (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === selection.name.value,
  );
  return fragment?.kind === Kind.FRAGMENT_DEFINITION ? onlyField(document, fragment.selectionSet) : null;
}

/** Gives each document a name: equal texts are one document, thanks to the cache of parsed ones. */
export class Sharing {
  readonly #names = new WeakMap<DocumentNode, number>();
  #named = 0;

  /**
   * What makes two subscriptions the same, but for where they begin: document, operation and variables, without those that give the
   * position (which fit nowhere else, by their types). Null for whatever is not plainly one of one context; it is run by itself, errors and all.
   */
  shareableOf({ schema, document, operationName, variables }: Operation): Shareable | null {
    const operation = getOperationAST(document, operationName);
    if (operation?.operation !== 'subscription') return null;
    const field = onlyField(document, operation.selectionSet);
    if (!field || !SHARED.includes(field.name.value)) return null;
    const definition = schema.getSubscriptionType()?.getFields()[field.name.value];
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {});
    if (!definition || !coerced) return null;
    const positions = (field.arguments ?? []).flatMap(({ name, value }) =>
      POSITION.includes(name.value) && value.kind === Kind.VARIABLE ? [value.name.value] : [],
    );
    const rest = Object.entries(coerced).filter(([name]) => !positions.includes(name));
    try {
      const { id, version, cursor } = getArgumentValues(definition, field, coerced) as {
        readonly [name: string]: unknown;
      } & Arguments;
      const start = startOf({ version: version ?? undefined, cursor: cursor ?? undefined });
      const key = [this.#nameOf(document), operationName ?? null, Object.fromEntries(rest) as Json];
      return { key: canonicalText(key), id, start };
    } catch {
      return null;
    }
  }

  #nameOf(document: DocumentNode): number {
    const known = this.#names.get(document);
    if (known !== undefined) return known;
    this.#named += 1;
    this.#names.set(document, this.#named);
    return this.#named;
  }
}
