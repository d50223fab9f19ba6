import { GraphQLError, parse, type ValueNode } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { ArpeggioError, InputError, VersionConflictError } from '../../src/errors.ts';
import { toGraphQLError } from '../../src/resolvers/errors.ts';

const node = (parse('{ a }') as unknown as { readonly definitions: readonly ValueNode[] }).definitions[0];

function located(originalError: Error): GraphQLError {
  return new GraphQLError('What somebody put round it.', { nodes: node ?? null, path: ['a', 0], originalError });
}

describe('An error in its GraphQL form', () => {
  it('of ours has its own message, code and details, at its place', () => {
    const onUnexpected = vi.fn();
    const error = toGraphQLError(located(new InputError('Wrong.', { applied: 'NO' })), onUnexpected);
    expect(error.toJSON()).toEqual({
      message: 'Wrong.',
      locations: [{ line: 1, column: 1 }],
      path: ['a', 0],
      extensions: { code: 'BAD_USER_INPUT', applied: 'NO' },
    });
    expect(onUnexpected).not.toHaveBeenCalled();
  });

  it('is found inside any number of others', () => {
    const error = toGraphQLError(located(located(located(new InputError('Inside.')))), vi.fn());
    expect(error).toMatchObject({ message: 'Inside.', extensions: { code: 'BAD_USER_INPUT' } });
  });

  it('lets no detail pass for a code', () => {
    const details = { code: 'SOMETHING', applied: 'MAYBE', more: 1 };
    const error = toGraphQLError(new ArpeggioError('LIMIT_EXCEEDED', 'Too much.', { details, applied: 'NO' }), vi.fn());
    expect(error.extensions).toEqual({ code: 'LIMIT_EXCEEDED', applied: 'NO', more: 1 });
  });

  it('spells the changes of a conflict as the schema does', () => {
    const changes = [{ path: ['x'], action: 'modified', value: 1, oldValue: 2 }];
    const conflict = { currentVersion: 2, currentCursor: 'c' };
    expect(toGraphQLError(new VersionConflictError({ ...conflict, changes }), vi.fn()).extensions).toEqual({
      ...conflict,
      code: 'VERSION_CONFLICT',
      applied: 'NO',
      changes: [{ path: ['x'], action: 'MODIFIED', value: 1, oldValue: 2 }],
    });
    const unknown = toGraphQLError(new VersionConflictError({ ...conflict, changes: null }), vi.fn());
    expect(unknown.extensions).toMatchObject({ changes: null });
  });

  it('of GraphQL itself keeps its message, and gets a code of ours where it has none or another name for it', () => {
    for (const [code, expected] of [
      [undefined, 'BAD_USER_INPUT'],
      ['BAD_REQUEST', 'BAD_USER_INPUT'],
      ['OPERATION_RESOLUTION_FAILURE', 'BAD_USER_INPUT'],
      ['REQUEST_ENTITY_TOO_LARGE', 'LIMIT_EXCEEDED'],
      ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_PARSE_FAILED'],
    ]) {
      const error = toGraphQLError(new GraphQLError('As it is.', { extensions: { code, more: 1 } }), vi.fn());
      expect(error).toMatchObject({ message: 'As it is.', extensions: { code: expected } });
      expect(error.extensions).not.toHaveProperty('more');
    }
  });

  it('that nobody expected is masked, and handed on as it was thrown', () => {
    for (const thrown of [new Error('secret'), new RangeError('secret'), 'secret', null, undefined, { secret: 1 }]) {
      const onUnexpected = vi.fn();
      const error = toGraphQLError(thrown instanceof Error ? located(thrown) : thrown, onUnexpected);
      expect(JSON.stringify(error)).not.toContain('secret');
      expect(error).toMatchObject({ message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } });
      expect(onUnexpected.mock.calls).toEqual([[thrown]]);
    }
  });

  it('hands on what we call unexpected ourselves', () => {
    const onUnexpected = vi.fn();
    const cause = new Error('secret');
    const failed = new ArpeggioError('INTERNAL_SERVER_ERROR', 'The write failed.', { applied: 'UNKNOWN', cause });
    expect(toGraphQLError(located(failed), onUnexpected)).toMatchObject({
      message: 'The write failed.',
      extensions: { code: 'INTERNAL_SERVER_ERROR', applied: 'UNKNOWN' },
    });
    expect(onUnexpected.mock.calls).toEqual([[failed]]);
  });

  it('keeps the HTTP status that it came with, as an error even where only a status is looked at', () => {
    const http = { status: 400, spec: true, headers: { allow: 'POST' } };
    const parsing = toGraphQLError(
      new GraphQLError('x', { extensions: { code: 'GRAPHQL_PARSE_FAILED', http } }),
      vi.fn(),
    );
    expect(parsing.extensions['http']).toEqual(http);
    const request = toGraphQLError(new GraphQLError('x', { extensions: { code: 'BAD_REQUEST', http } }), vi.fn());
    expect(request.extensions['http']).toEqual({ ...http, spec: false });
  });
});
