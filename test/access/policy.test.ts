import { describe, expect, it } from 'vitest';
import { actions, allows, checkPolicy, hiddenOf } from '../../src/access/policy.ts';
import { rangesOf } from '../../src/access/ranges.ts';

describe('a policy', () => {
  it('allows an action on the ids that it names, and on those that start as it says', () => {
    const policy = { read: ['room:*', 'news'], write: ['room:1'] };
    for (const id of ['room:1', 'room:', 'room:*', 'news']) expect(allows(policy, 'read', id), id).toBe(true);
    for (const id of ['room', 'news2', 'New', '', '*']) expect(allows(policy, 'read', id), id).toBe(false);
    expect(allows(policy, 'write', 'room:1')).toBe(true);
    expect(allows(policy, 'write', 'room:2')).toBe(false);
  });

  it('lets no action imply another', () => {
    for (const action of actions) {
      const policy = { [action]: ['*'] };
      expect(actions.filter((other) => allows(policy, other, 'a'))).toEqual([action]);
    }
  });

  it('hides paths of the contexts that they are of', () => {
    const policy = {
      hidden: [
        { in: 'room:*', path: ['a'] },
        { in: 'room:1', path: ['b', '*'] },
      ],
    };
    expect(hiddenOf(policy, 'room:1')).toEqual([['a'], ['b', '*']]);
    expect(hiddenOf(policy, 'room:2')).toEqual([['a']]);
    expect(hiddenOf(policy, 'hall:1')).toEqual([]);
    expect(hiddenOf({}, 'room:1')).toEqual([]);
  });

  it('allows nothing by its prototype', () => {
    expect(allows(Object.create({ read: ['*'] }), 'read', 'a')).toBe(false);
  });

  it.each([
    null,
    [],
    'read',
    { reads: ['*'] },
    { read: '*' },
    { read: [''] },
    { read: ['a*b'] },
    { read: ['**'] },
    { read: [1] },
    { read: ['\ud800'] },
    { hidden: { in: '*', path: ['a'] } },
    { hidden: [null] },
    { hidden: [{ in: '*' }] },
    { hidden: [{ in: '*', path: [] }] },
    { hidden: [{ in: '*', path: 'a' }] },
    { hidden: [{ in: '*', path: [1] }] },
    { hidden: [{ path: ['a'] }] },
    { hidden: [{ in: 'a*b', path: ['a'] }] },
    { hidden: [{ in: '*', path: ['a'], of: 'b' }] },
    { hidden: new Array(1) },
    { hidden: [{ in: '*', path: Object.assign([], { 1: 'a', length: 2 }) }] },
  ])('is not %j', (value) => {
    expect(() => checkPolicy(value, 'It')).toThrow(/^It/);
  });

  it('hides what its prototype says is hidden, since else it would be seen', () => {
    class Inherited {
      readonly read = ['*'];
      get hidden() {
        return [{ in: '*', path: ['a'] }];
      }
    }
    expect(checkPolicy(new Inherited(), 'It')).toEqual({ read: ['*'], hidden: [{ in: '*', path: ['a'] }] });
    expect(() => checkPolicy(Object.create({ hidden: ['*'] }), 'It')).toThrow(/^It\.hidden/);
  });

  it.each([
    [{ canary: [] }, 'It may name only read, write, delete, archive, admin and hidden.'],
    [{ read: ['canary**'] }, 'It.read must be a list of ids, or of prefixes with one * behind.'],
    [{ hidden: 'canary' }, 'It.hidden must be a list of {in, path}.'],
    [{ hidden: [{ in: 'canary**', path: ['a'] }] }, 'It.hidden[0].in must be an id, or a prefix with one * behind.'],
    [
      {
        hidden: [
          { in: '*', path: ['a'] },
          { in: '*', path: [['canary']] },
        ],
      },
      'It.hidden[1].path must be a list of keys, at least one.',
    ],
    [{ hidden: [{ in: '*', path: ['a'], canary: 1 }] }, 'It.hidden[0] may have only in and path.'],
  ])('says what is wrong with one, and none of its values (%#)', (value, message) => {
    expect(() => checkPolicy(value, 'It')).toThrow(new TypeError(message));
  });

  it('is copied, so that nobody changes it later', () => {
    const given = { read: ['a'], hidden: [{ in: 'a', path: ['b'] }] };
    const policy = checkPolicy(given, 'It');
    given.read.push('*');
    given.hidden[0]?.path.push('c');
    given.hidden.pop();
    expect(policy).toEqual({ read: ['a'], hidden: [{ in: 'a', path: ['b'] }] });
  });
});

describe('what patterns leave of a prefix', () => {
  it.each([
    [['*'], '', ['*']],
    [['*'], 'a', ['a*']],
    [['a*'], 'ab', ['ab*']],
    [['ab*'], 'a', ['ab*']],
    [['b*'], 'a', []],
    [['a'], 'ab', []],
    [['c', 'a', 'b*', 'a', 'bc', 'bcd*', 'a:*'], '', ['a', 'a:*', 'b*', 'c']],
    [['a', 'a*', 'ab'], '', ['a*']],
    [['\u{1f600}', '\uffff'], '', ['\uffff', '\u{1f600}']],
    [[], '', []],
  ])('%j of %j is %j', (patterns, prefix, ranges) => {
    expect(rangesOf(patterns, prefix).map((range) => range.prefix + (range.isOne ? '' : '*'))).toEqual(ranges);
  });
});
