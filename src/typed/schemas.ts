import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { SchemaViolationError } from '../errors.ts';
import { canonicalText, type Json, type JsonObject } from '../json.ts';
import { covers, isPattern } from '../patterns.ts';
import { pathOf } from '../pointer.ts';

/** What the states of some contexts have to be like. */
export interface ContextSchema {
  /** Of which contexts: an id, or how ids begin with one `*` behind. */
  readonly in: string;
  /** JSON Schema, draft 2020-12, or draft-07 where its `$schema` says so. */
  readonly schema: JsonObject;
}

/** What is wrong with a state; null where nothing is. */
export type Rule = (context: JsonObject) => SchemaViolationError | null;

const OPTIONS: Options = {
  strict: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  // Keys that are only inherited are not there.
  ownProperties: true,
  allowUnionTypes: true,
};

/** Compiles schemas once. @throws TypeError that says which is none, and why */
export function compileSchemas(schemas: readonly ContextSchema[]): (id: string) => Rule | undefined {
  const rules = Array.from(schemas, (part, i) => compiled(part, `schemas[${i}]`));
  return (id) => {
    const own = rules.filter((rule) => covers(rule.in, id));
    if (own.length === 0) return undefined;
    return (context) => {
      for (const { validate } of own) if (validate(context) !== true) return violationOf(validate.errors);
      return null;
    };
  };
}

function compiled(part: unknown, where: string): { readonly in: string; readonly validate: ValidateFunction } {
  const { in: pattern, schema, ...others } = { ...(part as Partial<ContextSchema> | null) };
  if (!isPattern(pattern)) throw new TypeError(`${where}.in must be an id, or a prefix with one * behind.`);
  if (Object.keys(others).length > 0) throw new TypeError(`${where} may have only in and schema.`);
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    throw new TypeError(`${where}.schema must be a JSON Schema.`);
  const isOld = String(schema['$schema'] ?? '').includes('draft-07');
  const ajv = isOld ? new Ajv(OPTIONS) : new Ajv2020(OPTIONS);
  addFormatsModule.default(ajv);
  // Ajv's own compares each element with each other.
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({ keyword: 'uniqueItems', type: 'array', schemaType: 'boolean', validate: areUnique });
  try {
    const validate = ajv.compile(schema);
    // Its answer would be a promise, which is true.
    if ('$async' in validate) throw new Error('$async is not supported: a schema must be decided at once');
    return { in: pattern, validate };
  } catch (error) {
    throw new TypeError(`${where}.schema: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function areUnique(isAsked: boolean, list: readonly Json[]): boolean {
  return !isAsked || new Set(list.map((value) => canonicalText(value))).size === list.length;
}

/** Of several reasons for which no alternative fits, none is the reason. */
const ALTERNATIVES = new Set(['anyOf', 'oneOf']);

function violationOf(errors: readonly ErrorObject[] | null | undefined): SchemaViolationError {
  const last = errors?.at(-1);
  const error = last && ALTERNATIVES.has(last.keyword) ? last : errors?.[0];
  const { instancePath = '', keyword = 'schema', message = 'is not as it must be', params = {} } = error ?? {};
  const path = pathOf(instancePath);
  // What is missing, or should be, is what it is about.
  const { missingProperty, additionalProperty, unevaluatedProperty } = params as { readonly [name: string]: unknown };
  const key = missingProperty ?? additionalProperty ?? unevaluatedProperty;
  return new SchemaViolationError(typeof key === 'string' ? [...path, key] : path, keyword, message);
}
