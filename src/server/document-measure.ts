import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/** What a selection comes to once its fragments are spread. */
export interface Measure {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
}

export interface DocumentMeasure extends Measure {
  /** Of the operation that has the most. */
  readonly rootFields: number;
}

/** That fragments spread each other in a circle, or are unknown, is validation's to tell. */
const NOTHING: Measure = { depth: 0, fields: 0, aliases: 0, directives: 0 };

/** graphql-js bounds by a rule of its own how deep introspection goes, and GraphiQL's question goes deeper than any other has to. */
const INTROSPECTION: readonly string[] = ['__schema', '__type'];

/** What all of a document comes to. Each definition is looked at once, however often it is spread. */
export function measureOf({ definitions }: DocumentNode): DocumentMeasure {
  const measurer = new Measurer(definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION));
  const total = { ...NOTHING, rootFields: 0 };
  for (const node of definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    add(total, measurer.selection(node.selectionSet));
    total.rootFields = Math.max(total.rootFields, measurer.rootFields(node.selectionSet));
    total.directives += node.directives?.length ?? 0;
    for (const { directives = [] } of node.variableDefinitions ?? []) total.directives += directives.length;
  }
  // Validation compares the fields of these too before it refuses them.
  for (const measure of measurer.unspread()) add(total, measure);
  return total;
}

type Sum = { -readonly [Name in keyof Measure]: Measure[Name] };

function add(sum: Sum, { depth, fields, aliases, directives }: Measure): void {
  sum.depth = Math.max(sum.depth, depth);
  sum.fields += fields;
  sum.aliases += aliases;
  sum.directives += directives;
}

class Measurer {
  readonly #definitions: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #fragments = new Map<string, Measure>();
  readonly #roots = new Map<string, number>();

  constructor(fragments: readonly FragmentDefinitionNode[]) {
    this.#definitions = new Map(fragments.map((node) => [node.name.value, node]));
  }

  selection({ selections }: SelectionSetNode): Measure {
    const sum: Sum = { ...NOTHING };
    for (const node of selections) {
      sum.directives += node.directives?.length ?? 0;
      if (node.kind === Kind.FRAGMENT_SPREAD) {
        add(sum, this.#fragment(node.name.value));
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        add(sum, this.selection(node.selectionSet));
      } else {
        const below = node.selectionSet ? this.selection(node.selectionSet) : NOTHING;
        const depth = INTROSPECTION.includes(node.name.value) ? 1 : 1 + below.depth;
        add(sum, { ...below, depth, fields: below.fields + 1, aliases: below.aliases + (node.alias ? 1 : 0) });
      }
    }
    return sum;
  }

  rootFields({ selections }: SelectionSetNode): number {
    let count = 0;
    for (const node of selections) {
      if (node.kind === Kind.FIELD) count += 1;
      else if (node.kind === Kind.INLINE_FRAGMENT) count += this.rootFields(node.selectionSet);
      else count += once(this.#roots, node.name.value, 0, () => this.#rootFieldsOf(node.name.value));
    }
    return count;
  }

  #rootFieldsOf(name: string): number {
    const definition = this.#definitions.get(name);
    return definition ? this.rootFields(definition.selectionSet) : 0;
  }

  unspread(): Measure[] {
    const names = [...this.#definitions.keys()].filter((name) => !this.#fragments.has(name));
    return names.map((name) => this.#fragment(name));
  }

  #fragment(name: string): Measure {
    return once(this.#fragments, name, NOTHING, () => {
      const definition = this.#definitions.get(name);
      if (!definition) return NOTHING;
      const sum: Sum = { ...this.selection(definition.selectionSet) };
      sum.directives += definition.directives?.length ?? 0;
      return sum;
    });
  }
}

/** Asked for again while it is worked out, it is the value for a circle. */
function once<T>(known: Map<string, T>, name: string, circular: T, workOut: () => T): T {
  const found = known.get(name);
  if (found !== undefined) return found;
  known.set(name, circular);
  const value = workOut();
  known.set(name, value);
  return value;
}
