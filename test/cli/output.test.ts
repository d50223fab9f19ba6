import { describe, expect, it } from 'vitest';
import { render } from '../../src/cli/render.ts';
import { coloured, hasColours, plain, styleJson } from '../../src/cli/style.ts';
import type { Told } from '../../src/cli/told.ts';
import { startApp } from '../helpers/app.ts';
import { CommandLine } from '../helpers/command-line.ts';

const commandLine = new CommandLine();
const ESCAPE = '\u001b[';
const all = { style: plain, valueLength: Number.POSITIVE_INFINITY, changes: Number.POSITIVE_INFINITY };

function delta(changes: Extract<Told, { readonly type: 'delta' }>['changes']): Told {
  return { type: 'delta', id: 'a', life: 'l', fromVersion: 1, version: 3, cursor: 'c', changes };
}

describe('Colours', () => {
  it('are there on demand, and never in JSON', async () => {
    const { address, server } = await startApp();
    await server.manager.set('a', { text: 'tea', n: 1 });
    const get = async (args: readonly string[], env: { readonly [name: string]: string } = {}): Promise<string> =>
      (await commandLine.run(['get', 'a', ...args], { env: { ARPEGGIO_URL: address.http, ...env } })).stdout;
    const uncoloured = '{\n  "text": "tea",\n  "n": 1\n}\n';
    expect(await get([])).toBe(uncoloured);
    const forced = await get([], { FORCE_COLOR: '1' });
    expect(forced).toContain(`${ESCAPE}34m"text"${ESCAPE}39m: ${ESCAPE}32m"tea"${ESCAPE}39m`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours
    expect(forced.replace(/\u001b\[\d+m/g, '')).toBe(uncoloured);
    expect(await get(['--no-color'], { FORCE_COLOR: '1' })).toBe(uncoloured);
    expect(await get(['--json'], { FORCE_COLOR: '1' })).not.toContain(ESCAPE);
  });

  it.each([
    [true, {}, false, true],
    [false, {}, false, false],
    [true, { NO_COLOR: '1' }, false, false],
    [true, { NO_COLOR: '' }, false, true],
    [true, { TERM: 'dumb' }, false, false],
    [true, { FORCE_COLOR: '0' }, false, false],
    [false, { FORCE_COLOR: '' }, false, true],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
    [true, { FORCE_COLOR: '1' }, true, false],
  ])('on a terminal (%j) with %j and --no-color (%j): %j', (isTerminal, env, noColor, expected) => {
    expect(hasColours(isTerminal, env, noColor)).toBe(expected);
  });

  it('take nothing from JSON and add nothing to it but themselves', () => {
    const json = JSON.stringify({ 'a": 1': ['\\"', '1 true', -1.5e-7, 1e21, true, false, null, {}, []] }, null, 2);
    const styled = styleJson(json, coloured);
    expect(styled).toContain(ESCAPE);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours
    expect(styled.replace(/\u001b\[\d+m/g, '')).toBe(json);
  });
});

describe('What people read', () => {
  it('has each change, with what was there before', () => {
    const told = delta([
      { path: ['a', 'b'], action: 'ADDED', value: { c: [1] } },
      { path: ['x.y'], action: 'MODIFIED', oldValue: null, value: 'ü🎉' },
      { path: ['z'], action: 'REMOVED', oldValue: false },
    ]);
    expect(render(told, all)).toBe('delta, version 1 → 3\n  + a.b {"c":[1]}\n  ~ ["x.y"] null → "ü🎉"\n  - z false');
  });

  it('obeys no control characters of a context', () => {
    const evil = '\u001b[31m\u009b2J\u202e\u0007\u007f';
    const told = delta([{ path: [evil], action: 'ADDED', value: { [evil]: evil } }]);
    const context: Told = { type: 'full', id: 'a', life: 'l', version: 1, cursor: 'c', context: { [evil]: evil } };
    for (const text of [render(told, all), render(context, all)]) expect(text).not.toMatch(/(?!\n)\p{C}/u);
    expect(JSON.parse(render(context, all).split('\n').slice(1).join('\n'))).toEqual({ [evil]: evil });
  });

  it('is cut where there is too much of it, and says so', () => {
    const told = delta([
      { path: ['a'], action: 'ADDED', value: `12${'🎉'.repeat(9)}` },
      { path: ['b'], action: 'ADDED', value: 1 },
      { path: ['c'], action: 'ADDED', value: 1 },
    ]);
    expect(render(told, { ...all, valueLength: 6, changes: 1 })).toBe(
      'delta, version 1 → 3\n  + a "12🎉… (22 characters)\n  … and 2 more',
    );
  });
});
