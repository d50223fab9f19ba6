import { Kind, type ValueNode } from 'graphql';
import { InputError } from '../errors.ts';
import { isObject, type Json, type JsonObject, own, setOwn } from '../json.ts';
import { builder } from './builder.ts';

builder.scalarType('JSON', {
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value as Json,
  parseLiteral: (node, variables) => jsonOf(node, variables) ?? null,
});

builder.scalarType('JSONObject', {
  description: 'A JSON object. Numbers lie between -(2^53 - 1) and 2^53 - 1, where JSON carries them exactly.',
  serialize: (value) => value,
  parseValue: asObject,
  parseLiteral: (node, variables) => asObject(jsonOf(node, variables)),
});

builder.scalarType('Version', {
  description: "A context's version: an integer from 0 to 2^53 - 1. (Int is 32-bit and would run out.)",
  serialize: (value) => value,
  parseValue: asVersion,
  parseLiteral: (node) => asVersion(node.kind === Kind.INT ? Number(node.value) : undefined),
});

builder.scalarType('Timestamp', {
  description: "Unix time in the server's time unit: seconds by default, milliseconds if configured.",
  serialize: (value) => value,
  parseValue: asVersion,
  parseLiteral: (node) => asVersion(node.kind === Kind.INT ? Number(node.value) : undefined),
});

builder.scalarType('Cursor', {
  description: "An opaque position in one context's life. Give back exactly what you were given.",
  serialize: (value) => value,
  parseValue: asText,
  parseLiteral: (node) => asText(node.kind === Kind.STRING ? node.value : undefined),
});

function asObject(value: unknown): JsonObject {
  if (!isObject(value)) throw new InputError('It must be a JSON object.', { applied: 'NO' });
  return value;
}

function asVersion(value: unknown): number {
  if (!Number.isSafeInteger(value) || Number(value) < 0)
    throw new InputError('It must be an integer from 0 to 2^53 - 1.');
  return Number(value);
}

function asText(value: unknown): string {
  if (typeof value !== 'string') throw new InputError('It must be a string that the server gave out.');
  return value;
}

/** A literal as JSON, own keys only. A variable that was not given leaves its key out of an object and is null in a list. */
function jsonOf(node: ValueNode, variables: { readonly [name: string]: unknown } | null | undefined): Json | undefined {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.LIST:
      return node.values.map((item) => jsonOf(item, variables) ?? null);
    case Kind.OBJECT: {
      const object: { [key: string]: Json } = {};
      for (const field of node.fields) {
        const value = jsonOf(field.value, variables);
        if (value !== undefined) setOwn(object, field.name.value, value);
      }
      return object;
    }
    case Kind.VARIABLE:
      return variables ? (own(variables, node.name.value) as Json | undefined) : undefined;
  }
}
