import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../src/errors.ts';
import { describeFailure } from '../../src/server/log.ts';

const SECRET = 'hunter2';

describe('A failure in the log', () => {
  it('is told by its kinds and codes from the outside in, and by where the innermost arose', () => {
    const refused = Object.assign(new Error(SECRET), { code: 'ECONNREFUSED' });
    const described = describeFailure(new StoreUnavailableError({ cause: new TypeError(SECRET, { cause: refused }) }));
    const [kinds, ...frames] = described.split('\n');
    expect(kinds).toBe('StoreUnavailableError (STORE_UNAVAILABLE) < TypeError < Error (ECONNREFUSED)');
    expect(frames[0]).toMatch(/^\s+at .*log\.test\.ts:\d+:\d+/);
    expect(described).not.toContain(SECRET);
  });

  it('never quotes a message, of however many lines, nor one that was changed since', () => {
    const lines = new Error(`${SECRET}\n    at ${SECRET}\n${SECRET}`);
    const changed = new Error(`${SECRET}\n    at ${SECRET}`);
    // A stack is written when somebody first asks for it.
    expect(changed.stack).toContain(SECRET);
    changed.message = 'harmless';
    const stackless = new Error(SECRET);
    stackless.stack = '';
    for (const error of [lines, changed, stackless]) expect(describeFailure(error)).not.toContain(SECRET);
    expect(describeFailure(lines)).toMatch(/^Error\n\s+at /);
    expect(describeFailure(changed)).toBe('Error');
  });

  it('is told by its type where it is no error', () => {
    expect(describeFailure(SECRET)).toBe('a thrown string');
    expect(describeFailure(null)).toBe('a thrown object');
    expect(describeFailure(undefined)).toBe('a thrown undefined');
  });

  it('ends where causes go round in a circle', () => {
    const error = new Error(SECRET);
    error.cause = error;
    expect(describeFailure(error).split('\n')[0]).toBe('Error < Error < Error < Error < Error < Error < Error < Error');
  });
});
