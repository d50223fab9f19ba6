import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { afterId, given, writeOptions } from '../../src/resolvers/arguments.ts';
import { pageCursor } from '../../src/schema/connection.ts';

describe('Arguments', () => {
  it('are missing where they are null', () => {
    expect(given({ version: null, cursor: null })).toEqual(given({}));
    expect(given({ version: 0, cursor: '' })).toEqual({ version: 0, cursor: '' });
    const nothing = { expectedVersion: null, expectedCursor: null, requestId: null };
    expect(writeOptions(nothing)).toEqual(writeOptions({}));
    const zero = { expectedVersion: 0, expectedCursor: '', requestId: '' };
    expect(writeOptions(zero)).toEqual(zero);
  });

  it('hold ids in page cursors, whatever the ids are', () => {
    for (const id of ['a', '', '\u0000', 'a/b?c=d', '\u00e9', 'e\u0301', '\u{1F600}', '__proto__', 'x'.repeat(512)]) {
      expect(afterId(pageCursor(id))).toBe(id);
    }
  });

  it('refuse page cursors that no page has given', () => {
    for (const after of ['YQ==', 'Y', 'Y Q', '_w', 'YR']) expect(() => afterId(after), after).toThrow(InputError);
  });
});
