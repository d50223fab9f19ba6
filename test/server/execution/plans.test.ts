import fc from 'fast-check';
import { type ExecutionArgs, type ExecutionResult, execute, parse, subscribe, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../../src/schema/index.ts';
import { Plans } from '../../../src/server/execution/plans.ts';
import { type RandomOperation, randomOperation } from './random-operations.ts';
import { RandomWorld } from './random-world.ts';

/** What comes of an operation: every answer, each error with all that is known of it, and what the resolvers asked for, in turn. */
interface Told {
  readonly answers: readonly unknown[];
  readonly calls: readonly string[];
}

type Executor = (args: ExecutionArgs) => unknown;

async function told(operation: RandomOperation, seed: number, run: Executor): Promise<Told> {
  const world = new RandomWorld(seed);
  const document = parsed(operation.text);
  const answers: unknown[] = [];
  const args = { schema, document, contextValue: world.context, variableValues: operation.variables };
  try {
    const result = await run(args);
    if (isIterable(result)) for await (const answer of result) answers.push(shown(answer));
    else answers.push(shown(result as ExecutionResult));
  } catch (error) {
    answers.push(error);
  }
  return { answers, calls: world.calls };
}

function isIterable(value: unknown): value is AsyncIterable<ExecutionResult> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** As text, in which the order of keys counts too. */
function shown({ data, errors }: ExecutionResult): unknown {
  return {
    text: JSON.stringify({ data, errors }),
    errors: errors?.map(({ nodes, source, positions, originalError }) => ({ nodes, source, positions, originalError })),
  };
}

const documents = new Map<string, ReturnType<typeof parse>>();

/** One document for equal texts, as in the server. */
function parsed(text: string): ReturnType<typeof parse> {
  const document = documents.get(text) ?? parse(text);
  documents.set(text, document);
  return document;
}

const graphqlJs: Executor = (args) =>
  /^subscription/.test(args.document.loc?.source.body ?? '') ? subscribe(args) : execute(args);

function isValid(text: string): boolean {
  try {
    return validate(schema, parsed(text)).length === 0;
  } catch {
    // By a variable that decides on the one field of a subscription.
    return false;
  }
}

describe('A planned operation', () => {
  it('answers what graphql-js answers, errors and all', { timeout: 120_000 }, async () => {
    const seen = { planned: 0, failed: 0, valid: 0 };
    await fc.assert(
      fc.asyncProperty(randomOperation, fc.integer(), async (operation, seed) => {
        fc.pre(isValid(operation.text));
        seen.valid += 1;
        const plans = new Plans();
        let isPlanned = true;
        const otherwise: Executor = (args) => {
          isPlanned = false;
          return graphqlJs(args);
        };
        const planned: Executor = (args) =>
          /^subscription/.test(operation.text) ? plans.subscribe(args, otherwise) : plans.execute(args, otherwise);
        const expected = await told(operation, seed, graphqlJs);
        // By a plan that is new, and by one that was used before.
        for (let time = 1; time <= 2; time += 1) expect(await told(operation, seed, planned)).toEqual(expected);
        if (isPlanned) seen.planned += 1;
        if (isPlanned && JSON.stringify(expected.answers).includes('locations')) seen.failed += 1;
      }),
      { numRuns: 400 },
    );
    expect(seen.planned).toBeGreaterThan(seen.valid / 3);
    expect(seen.failed).toBeGreaterThan(seen.valid / 8);
  });

  it('tells of no error where an earlier one has left null', async () => {
    const later = async (turns: number, act: () => unknown): Promise<unknown> => {
      for (let turn = 0; turn < turns; turn += 1) await undefined;
      return act();
    };
    const fail = (message: string) => () => {
      throw new Error(message);
    };
    const contextValue = {
      manager: { get: () => ({ version: later(1, fail('first')), reason: later(20, fail('second')) }) },
      cleanup: { status: () => later(50, () => ({ running: true })) },
    };
    const document = parse('{ context(id: "a") { reason version } cleanupServer { running } }');
    const answer = await new Plans().execute({ schema, document, contextValue }, unplanned);
    expect(answer).toEqual(await execute({ schema, document, contextValue }));
    expect(answer).toMatchObject({ data: { context: null }, errors: [{ message: 'first' }] });
  });

  it('is left to the other executor where it is large, odd, or its variables do not fit', async () => {
    const fields = (count: number) => `{ ${Array.from({ length: count }, (_, i) => `a${i}: __typename`).join(' ')} }`;
    const isPlanned = async (text: string, variableValues = {}): Promise<boolean> => {
      const document = parse(text);
      const contextValue = new RandomWorld(1).context;
      return (await new Plans().execute({ schema, document, contextValue, variableValues }, () => null)) !== null;
    };
    expect(await isPlanned(fields(500))).toBe(true);
    expect(await isPlanned(fields(501))).toBe(false);
    expect(await isPlanned('{ __schema { description } }')).toBe(false);
    expect(await isPlanned('{ __typename @skip(if: false) }')).toBe(false);
    expect(await isPlanned('query A { __typename } query B { __typename }')).toBe(false);
    const text = 'query ($id: ID!) { context(id: $id) { version } }';
    expect(await isPlanned(text, { id: 'a' })).toBe(true);
    expect(await isPlanned(text, {})).toBe(false);
  });

  it('is left to the other executor where those before it in its document have all the fields that are kept', async () => {
    const fields = Array.from({ length: 100 }, (_, i) => `a${i}: __typename`).join(' ');
    const names = ['A', 'B', 'C', 'D', 'E', 'F'];
    const text = `fragment Fields on Query { ${fields} } ${names.map((name) => `query ${name} { ...Fields }`).join(' ')}`;
    const document = parse(text);
    const plans = new Plans();
    const planned = (): readonly string[] =>
      names.filter((operationName) => plans.execute({ schema, document, operationName }, () => null) !== null);
    expect(planned()).toEqual(['A', 'B', 'C', 'D', 'E']);
    expect(planned()).toEqual(['A', 'B', 'C', 'D', 'E']);
    expect(await plans.execute({ schema, document: parse(text), operationName: 'F' }, () => null)).not.toBeNull();
  });

  it('runs none of what is written in its document', async () => {
    const texts = ['__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d(process.exit(1))', '"+process.exit(1)+"'];
    for (const id of texts) {
      const ids: unknown[] = [];
      const contextValue = { manager: { get: (given: unknown) => void ids.push(given) } };
      const document = parse(`{ context(id: ${JSON.stringify(id)}) { version } }`);
      expect(await new Plans().execute({ schema, document, contextValue }, unplanned)).toEqual({
        data: { context: null },
      });
      expect(ids).toEqual([id]);
    }
  });

  it('ends its source when it is left', async () => {
    let isLeft = false;
    async function* watch(): AsyncGenerator<unknown> {
      try {
        for (;;) yield { kind: 'deleted', version: 1 };
      } finally {
        isLeft = true;
      }
    }
    const document = parse('subscription { contextChanged(id: "a") { ... on Versioned { version } } }');
    const events = await new Plans().subscribe({ schema, document, contextValue: { manager: { watch } } }, unplanned);
    if (!isIterable(events)) throw new Error('There are no events.');
    for await (const event of events) {
      expect(event).toEqual({ data: { contextChanged: { version: 1 } } });
      break;
    }
    expect(isLeft).toBe(true);
  });
});

function unplanned(): never {
  throw new Error('It has no plan.');
}
