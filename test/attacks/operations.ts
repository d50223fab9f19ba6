/** An operation that means harm, with the code that it is answered with on every transport; 'none' where it is harmless. */
export interface OperationAttack {
  readonly name: string;
  readonly query: string;
  readonly code: string;
  /** JSON as it is sent, whatever no JavaScript value is written as included. */
  readonly variables?: string;
  readonly operationName?: string;
}

/** As it is posted. */
export function bodyOf({ query, variables, operationName }: OperationAttack): string {
  const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  return `{"query":${JSON.stringify(query)}${variables === undefined ? '' : `,"variables":${variables}`}${name}}`;
}

const LIMIT = 'LIMIT_EXCEEDED';
const INVALID = 'GRAPHQL_VALIDATION_FAILED';
const SYNTAX = 'GRAPHQL_PARSE_FAILED';
const INPUT = 'BAD_USER_INPUT';
const LARGE = 'CONTEXT_TOO_LARGE';

function times(count: number, text: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => text(i)).join(' ');
}

function nested(levels: number, name = 'a'): string {
  return `{ ${`${name} { `.repeat(levels - 1)}${name}${' }'.repeat(levels)}`;
}

function bomb(levels: number, written: string): string {
  const fragments = times(levels, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
  return `{ ...F0 } ${fragments} fragment F${levels} on Query { ${written} }`;
}

function operation(name: string, query: string, code: string, variables?: string): OperationAttack {
  return variables === undefined ? { name, query, code } : { name, query, code, variables };
}

const documents: readonly OperationAttack[] = [
  operation('12 levels, of fields that are none', nested(12), INVALID),
  operation('13 levels', nested(13), LIMIT),
  operation('500 levels', nested(500), LIMIT),
  operation('levels in fragments', `{ a { ...F } } fragment F on A ${nested(12)}`, LIMIT),
  operation('levels in inline fragments', `{ a { ... { ... on A ${nested(12)} } } }`, LIMIT),
  operation('20 root fields', `{ ${'__typename '.repeat(20)} }`, 'none'),
  operation('21 root fields', `{ ${'__typename '.repeat(21)} }`, LIMIT),
  operation('21 root fields by a fragment', `{ ...F } fragment F on Query { ${'__typename '.repeat(21)} }`, LIMIT),
  operation('500 fields', `{ contexts { nodes { ${'version '.repeat(498)} } } }`, 'none'),
  operation('501 fields', `{ contexts { nodes { ${'version '.repeat(499)} } } }`, LIMIT),
  operation('501 fields that nobody spreads', `{ __typename } fragment F on A { ${'a '.repeat(501)} }`, LIMIT),
  operation('30 aliases', `{ contexts { nodes { ${times(30, (i) => `a${i}: version`)} } } }`, 'none'),
  operation('31 aliases', `{ contexts { nodes { ${times(31, (i) => `a${i}: version`)} } } }`, LIMIT),
  operation('1000 aliases of reads', `{ ${times(400, (i) => `a${i}: context(id: "a") { version }`)} }`, LIMIT),
  operation('50 directives', `{ __typename ${'@skip(if: false) '.repeat(50)} }`, INVALID),
  operation('51 directives', `{ __typename ${'@skip(if: false) '.repeat(51)} }`, LIMIT),
  operation('1900 directives that are none', `{ __typename ${'@a '.repeat(1900)} }`, LIMIT),
  operation('directives on an operation', `query ${'@a '.repeat(51)} { __typename }`, LIMIT),
  operation('a fragment bomb of 16 fields', bomb(4, '__typename'), 'none'),
  operation('a fragment bomb of 32 fields', bomb(5, '__typename'), LIMIT),
  operation('a fragment bomb of 2^200 fields', bomb(200, '__typename'), LIMIT),
  operation('a fragment bomb of 2^200 aliases', bomb(200, 'a: __typename'), LIMIT),
  operation('a fragment bomb of 2^200 directives', bomb(200, '... @skip(if: true) { __typename }'), LIMIT),
  operation('a fragment in itself', '{ ...A } fragment A on Query { ...A }', INVALID),
  operation(
    'two fragments in each other',
    '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
    INVALID,
  ),
  operation(
    '400 fragments in a circle',
    `{ ...F0 } ${times(400, (i) => `fragment F${i} on Query { ...F${(i + 1) % 400} }`)}`,
    INVALID,
  ),
  operation('a fragment that is none', '{ ...Nothing }', INVALID),
  operation(
    'a fragment twice',
    '{ ...A } fragment A on Query { __typename } fragment A on Query { __typename }',
    INVALID,
  ),
  operation('a fragment named as what objects inherit', '{ ...constructor ...__proto__ }', INVALID),
  operation('299 inline fragments in each other', `{ ${'... { '.repeat(299)}__typename${' }'.repeat(299)} }`, 'none'),
  operation('4001 tokens', `{ ${'a '.repeat(4000)} }`, LIMIT),
  operation('5000 tokens of a list', `{ context(id: [${'1 '.repeat(5000)}]) { version } }`, LIMIT),
  operation('10,000 levels', `{ ${'a { '.repeat(10_000)}`, LIMIT),
  operation('a list of 1900 levels', `{ context(id: ${'['.repeat(1900)}${']'.repeat(1900)}) { version } }`, LIMIT),
  operation('a type of 1900 levels', `query ($x: ${'['.repeat(1900)}Int${']'.repeat(1900)}) { __typename }`, LIMIT),
  operation(
    '300 brackets inside each other',
    `{ context(id: ${'['.repeat(298)}${']'.repeat(298)}) { version } }`,
    INVALID,
  ),
  operation(
    '301 brackets inside each other',
    `{ context(id: ${'['.repeat(299)}${']'.repeat(299)}) { version } }`,
    LIMIT,
  ),
  operation(
    'introspection round and round',
    `{ __schema { types { ${'fields { type { '.repeat(5)}name${' } }'.repeat(5)} } } }`,
    INVALID,
  ),
  operation('introspection of 400 aliases', `{ ${times(400, (i) => `a${i}: __schema { types { name } }`)} }`, LIMIT),
  operation('one name for two fields', '{ a: context(id: "a") { version } a: context(id: "b") { version } }', INVALID),
  operation('an alias that objects inherit by', '{ __proto__: __typename constructor: __typename }', 'none'),
  operation('a field that objects inherit', '{ constructor }', INVALID),
  operation('a field named as prototypes are', '{ __proto__ }', INVALID),
  operation('a directive that is none', '{ __typename @constructor }', INVALID),
  operation('a type that objects inherit', '{ ... on constructor { __typename } }', INVALID),
  operation('a stream where there is none', '{ contexts @defer { nodes { version } } }', INVALID),
  operation('a definition of a type', 'type A { a: Int }', INPUT),
  operation('a document of NUL', '\u0000', SYNTAX),
  operation('a document that ends early', '{ a(', SYNTAX),
  operation('a block of text without end', '{ context(id: """', SYNTAX),
  operation('a number of 4000 digits', `{ context(id: ${'9'.repeat(4000)}) { version } }`, INPUT),
  { ...operation('an operation that is none', 'query A { __typename }', INPUT), operationName: 'B' },
  { ...operation('an operation that objects inherit', 'query A { __typename }', INPUT), operationName: 'constructor' },
  operation('two operations and no name', 'query A { __typename } query B { __typename }', INPUT),
  operation('an operation twice', 'query A { __typename } query A { __typename }', INPUT),
];

const read = 'query ($id: ID!) { context(id: $id) { version } }';
const reads: readonly OperationAttack[] = [
  operation('an empty id', read, INPUT, '{"id":""}'),
  operation('an id of 512 bytes', read, 'none', `{"id":"${'x'.repeat(512)}"}`),
  operation('an id of 513 bytes', read, INPUT, `{"id":"${'x'.repeat(513)}"}`),
  operation('an id of a million bytes', read, INPUT, `{"id":"${'x'.repeat(1_000_000)}"}`),
  operation('an id of NUL', read, 'none', '{"id":"\\u0000"}'),
  operation('an id of a lone surrogate', read, INPUT, '{"id":"\\ud83d"}'),
  operation('an id named as prototypes are', read, 'none', '{"id":"__proto__"}'),
  operation('an id that leaves its folder', read, 'none', '{"id":"../../etc/passwd"}'),
  operation('an id of a command', read, 'none', '{"id":"a\\r\\nFLUSHALL\\r\\n"}'),
  ...['null', '{}', '[]', 'true', '1.5', '{"$ne":null}', '[["a"]]'].map((id) =>
    operation(`an id that is ${id}`, read, INPUT, `{"id":${id}}`),
  ),
  operation('no id', read, INPUT, '{}'),
  operation('variables named as prototypes are', read, INPUT, '{"__proto__":{"id":"a"}}'),
  operation(
    'variables that nobody asked for',
    read,
    'none',
    '{"id":"a","__proto__":{"x":1},"constructor":{"prototype":{"x":1}}}',
  ),
  operation('a variable twice', read, INPUT, '{"id":"a","id":""}'),
  ...['-1', '1.5', '1e400', '9007199254740992', '"1"', 'true', '[1]', '-1e400'].map((version) =>
    operation(
      `a version that is ${version}`,
      'query ($v: Version) { sync(id: "a", version: $v) { __typename } }',
      INPUT,
      `{"v":${version}}`,
    ),
  ),
  ...['"forged"', '""', '"AAAA.BBBB"', '"__proto__"', '5', '{}', `"${'x'.repeat(100_000)}"`, '"\\u0000"'].map(
    (cursor) =>
      operation(
        `a cursor that is ${cursor.slice(0, 20)}`,
        'query ($c: Cursor) { sync(id: "a", cursor: $c) { __typename } }',
        INPUT,
        `{"c":${cursor}}`,
      ),
  ),
  ...['-1', '1001', '2147483648', '1e400', '"5"'].map((first) =>
    operation(
      `a page of ${first}`,
      'query ($n: Int) { contexts(first: $n) { nodes { version } } }',
      INPUT,
      `{"n":${first}}`,
    ),
  ),
  operation('a page after nowhere', '{ contexts(after: "\\u0000forged") { nodes { version } } }', INPUT),
];

const write = 'mutation ($c: JSONObject!) { setContext(id: "written", context: $c) { context { version } } }';
const update = 'mutation ($c: JSONObject!) { updateContext(id: "a", changes: $c) { context { version } } }';
const writes: readonly OperationAttack[] = [
  ...[write, update].flatMap((query, i) => {
    const what = i === 0 ? 'a context' : 'changes';
    return [
      operation(`${what} with __proto__`, query, 'none', '{"c":{"__proto__":{"polluted":true}}}'),
      operation(`${what} with constructor`, query, 'none', '{"c":{"constructor":{"prototype":{"polluted":true}}}}'),
      operation(`${what} with a key of 1025 bytes`, query, INPUT, `{"c":{"${'x'.repeat(1025)}":1}}`),
      operation(`${what} with 1e400`, query, INPUT, '{"c":{"x":1e400}}'),
      operation(`${what} with 2^53`, query, INPUT, '{"c":{"x":9007199254740992}}'),
      operation(`${what} with 2^53 + 1`, query, INPUT, '{"c":{"x":9007199254740993}}'),
      operation(`${what} with -0`, query, 'none', '{"c":{"x":-0}}'),
      operation(`${what} with NUL`, query, 'none', '{"c":{"\\u0000":"\\u0000"}}'),
      operation(`${what} with a lone surrogate`, query, 'none', '{"c":{"\\ud83d":"\\ud83d"}}'),
      operation(`${what} with a key twice`, query, 'none', '{"c":{"x":1,"x":2}}'),
      operation(`${what} of 65 levels`, query, LARGE, `{"c":${'{"a":'.repeat(64)}{}${'}'.repeat(64)}}`),
      operation(`${what} of 100,000 levels`, query, LARGE, `{"c":{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`),
      operation(`${what} of 50,001 values`, query, LARGE, `{"c":{"x":[${'0,'.repeat(50_000)}0]}}`),
      operation(`${what} of more than 1 MiB`, query, LARGE, `{"c":{"x":"${'x'.repeat(1024 ** 2)}"}}`),
      ...['[]', 'null', '"{}"', '5'].map((c) => operation(`${what} that is ${c}`, query, INPUT, `{"c":${c}}`)),
    ];
  }),
  operation(
    'a request id of 257 bytes',
    `mutation { setContext(id: "a", context: {}, requestId: "${'x'.repeat(257)}") { context { version } } }`,
    INPUT,
  ),
  operation(
    'removal along __proto__',
    'mutation { updateContext(id: "a", changes: {}, remove: [["__proto__", "toString"], ["constructor", "prototype"]]) { context { version } } }',
    'none',
  ),
  operation(
    'removal of everything',
    'mutation { updateContext(id: "a", changes: {}, remove: [[]]) { context { version } } }',
    INPUT,
  ),
  operation('21 writes in one', `mutation { ${times(21, (i) => `a${i}: deleteContext(id: "b") { version }`)} }`, LIMIT),
  operation(
    'a write beside what is none',
    'mutation { setContext(id: "b", context: {}) { context { version } } nothing }',
    INVALID,
  ),
];

export const operationAttacks: readonly OperationAttack[] = [...documents, ...reads, ...writes];
