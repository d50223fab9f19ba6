import fc, { type GeneratorValue } from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { schema } from '../../../src/schema/index.ts';

export interface RandomOperation {
  readonly text: string;
  readonly variables: { readonly [name: string]: unknown };
}

const ROOTS = {
  query: schema.getQueryType(),
  mutation: schema.getMutationType(),
  subscription: schema.getSubscriptionType(),
};
/** Aliases that a careless executor trips over, and some that fields share. */
const ALIASES = ['a', 'b', '__proto__', 'constructor', 'toString', 'then', 'data', '_', '__typename2'];
const OBJECTS = Object.values(schema.getTypeMap()).filter(isObjectType);

/** Operations over the whole schema, most of them valid: whether one is, `validate` tells. */
export const randomOperation: fc.Arbitrary<RandomOperation> = fc.gen().map((g) => {
  const kind = g(fc.constantFrom, 'query', 'mutation', 'subscription') as keyof typeof ROOTS;
  return new Writer(g).operation(kind);
});

class Writer {
  readonly #g: GeneratorValue;
  /** One directive leaves the whole operation unplanned. */
  readonly #hasDirectives: boolean;
  readonly #fragments: string[] = [];
  readonly #declarations: string[] = [];
  readonly #variables: { [name: string]: unknown } = {};

  constructor(g: GeneratorValue) {
    this.#g = g;
    this.#hasDirectives = this.#chance(25);
  }

  operation(kind: keyof typeof ROOTS): RandomOperation {
    const root = ROOTS[kind] as GraphQLObjectType;
    const body =
      kind === 'subscription'
        ? `{ ${this.#alias()}${this.#field(root, 'contextChanged', 0)} }`
        : this.#selection(root, 0);
    const declared = this.#declarations.length > 0 ? `(${this.#declarations.join(', ')})` : '';
    return { text: `${kind} Q${declared} ${body}\n${this.#fragments.join('\n')}`, variables: this.#variables };
  }

  #chance(percent: number): boolean {
    return this.#g(fc.nat, 99) < percent;
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#g(fc.nat, values.length - 1)] as T;
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    const count = 1 + this.#g(fc.nat, 4);
    const parts = Array.from({ length: count }, () => this.#part(type, depth));
    // Of itself a selection of a union has no field that is always there.
    return `{ ${parts.join(' ')} }`;
  }

  #part(type: GraphQLCompositeType, depth: number): string {
    const isNested = depth < 6 && this.#chance(isAbstractType(type) ? 70 : 15);
    if (isNested) {
      const named = this.#pick(
        OBJECTS.filter((each) => each === type || (isAbstractType(type) && schema.isSubType(type, each))),
      );
      const condition = this.#chance(80)
        ? this.#pick([named.name, type.name, ...named.getInterfaces().map(({ name }) => name)])
        : undefined;
      const body = this.#selection(
        condition === undefined ? type : (schema.getType(condition) as GraphQLCompositeType),
        depth + 1,
      );
      if (condition === undefined || this.#chance(60)) {
        return `... ${condition === undefined ? '' : `on ${condition}`} ${this.#directives()} ${body}`;
      }
      const name = `F${this.#fragments.length}`;
      this.#fragments.push(`fragment ${name} on ${condition} ${body}`);
      const spread = `...${name} ${this.#directives()}`;
      return this.#chance(20) ? `${spread} ${spread}` : spread;
    }
    const names = 'getFields' in type ? Object.keys(type.getFields()) : [];
    const name = this.#chance(10) || names.length === 0 ? '__typename' : this.#pick(names);
    return `${this.#alias()}${this.#field(type, name, depth)}`;
  }

  #alias(): string {
    return this.#chance(25) ? `${this.#pick(ALIASES)}: ` : '';
  }

  #field(type: GraphQLCompositeType, name: string, depth: number): string {
    const field = 'getFields' in type ? type.getFields()[name] : undefined;
    if (!field) return `__typename ${this.#directives()}`;
    const given = field.args.flatMap((arg) => this.#argument(arg));
    const of = getNamedType(field.type);
    const body = isCompositeType(of) ? this.#selection(of, depth + 1) : '';
    return `${name}${given.length > 0 ? `(${given.join(', ')})` : ''} ${this.#directives()} ${body}`;
  }

  #directives(): string {
    if (!this.#hasDirectives || !this.#chance(15)) return '';
    const value = this.#chance(50) ? String(this.#chance(50)) : this.#variable('Boolean!', 'true', [true, false]);
    return `@${this.#pick(['skip', 'include'])}(if: ${value})`;
  }

  #argument({ name, type }: GraphQLArgument): string[] {
    if (!isNonNullType(type) && this.#chance(50)) return [];
    if (this.#chance(50)) return [`${name}: ${this.#literal(type)}`];
    const spelled = this.#chance(70) || isNonNullType(type) ? String(type) : `${type}!`;
    return [`${name}: ${this.#variable(spelled, this.#literal(type, false), valuesOf(type))}`];
  }

  /** A variable with a value that fits, or with none, null, or one of another type. */
  #variable(type: string, literal: string, values: readonly unknown[]): string {
    const name = this.#pick(['v', 'constructor', '__proto__', 'w']) + this.#declarations.length;
    const hasDefault = this.#chance(25) && literal !== 'null';
    this.#declarations.push(`$${name}: ${type}${hasDefault ? ` = ${literal}` : ''}`);
    if (this.#chance(92)) this.#variables[name] = this.#pick(values);
    else if (this.#chance(50))
      this.#variables[name] = this.#pick([null, undefined, 1.5, 'x', [], {}, true, -1, 2 ** 40]);
    return `$${name}`;
  }

  #literal(type: GraphQLInputType, mayHoldVariables = true): string {
    if (isNonNullType(type)) return this.#literal(type.ofType, mayHoldVariables);
    if (isListType(type)) return this.#pick(['[]', '[["a"], ["b", "c"]]', '["a"]', '"a"']);
    if (isEnumType(type)) return this.#pick(type.getValues().map(({ name }) => name));
    if (type.name === 'JSONObject' && mayHoldVariables && this.#chance(30)) {
      return `{ __proto__: [${this.#variable('JSON', '1', [1, 'a', { deep: [null] }])}] }`;
    }
    return this.#pick(LITERALS[type.name] ?? ['null']);
  }
}

const LITERALS: { readonly [type: string]: readonly string[] } = {
  ID: ['"x"', '"y"', '7', '"z"', '"\\u0041 \\"quoted\\""'],
  String: ['"x"', '""', '"""block"""', '"__MAGIC_DATE__"'],
  Cursor: ['"x"', '""'],
  Version: ['0', '1', '9007199254740991'],
  Int: ['0', '1', '-5'],
  Boolean: ['true', 'false'],
  JSON: ['null', '1', '[{ a: 1.5e3 }]'],
  JSONObject: ['{}', '{ a: 1, constructor: { x: [ENUM, "text", null] }, __proto__: { y: true } }'],
};

function valuesOf(type: GraphQLInputType): readonly unknown[] {
  if (isNonNullType(type)) return valuesOf(type.ofType);
  if (isListType(type)) return [[], [['a'], ['b']], 'a', ['a', 'b']];
  if (isEnumType(type)) return type.getValues().map(({ name }) => name);
  return VALUES[type.name] ?? [1];
}

const VALUES: { readonly [type: string]: readonly unknown[] } = {
  ID: ['x', 'y', 'z', 7, ''],
  String: ['x', ''],
  Cursor: ['x', ''],
  Version: [0, 1, 2 ** 53 - 1],
  Int: [0, 1, -5, 2.0],
  Boolean: [true, false],
  JSONObject: [{}, JSON.parse('{"__proto__":{"x":[1]},"a":null}')],
};
