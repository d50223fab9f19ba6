import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { credentialsIn } from '../../src/cli/credentials.ts';
import { startApp } from '../helpers/app.ts';
import { CommandLine } from '../helpers/command-line.ts';

const commandLine = new CommandLine();

describe('credentials', () => {
  it('are one of two variables', () => {
    expect(credentialsIn({})).toEqual({});
    expect(credentialsIn({ ARPEGGIO_TOKEN: ' a ', ARPEGGIO_API_KEY: '' })).toEqual({ authorization: 'Bearer a' });
    expect(credentialsIn({ ARPEGGIO_API_KEY: 'b' })).toEqual({ 'x-api-key': 'b' });
    expect(() => credentialsIn({ ARPEGGIO_TOKEN: 'a', ARPEGGIO_API_KEY: 'b' })).toThrow(/not both/);
  });

  it('go along with every command', async () => {
    const sha256 = createHash('sha256').update('a key').digest('hex');
    const may = { read: ['*'], write: ['*'] };
    const { address } = await startApp({ access: { apiKeys: [{ sha256, name: 'one', may }] } });
    const env = { ARPEGGIO_URL: address.http, ARPEGGIO_API_KEY: 'a key' };
    expect(await commandLine.run(['set', 'a', '{"x":1}'], { env })).toMatchObject({ code: 0, stderr: '' });
    expect(await commandLine.run(['delete', 'a'], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('FORBIDDEN'),
    });
    const watched = await commandLine.run(['watch', 'a', '--count', '1', '--json'], { env });
    expect(watched).toMatchObject({ code: 0, stdout: expect.stringContaining('"x":1') });
    const nobody = { ...env, ARPEGGIO_API_KEY: 'another' };
    for (const command of ['get', 'watch']) {
      const { code, stderr } = await commandLine.run([command, 'a'], { env: nobody });
      expect(code, command).not.toBe(0);
      expect(stderr).not.toContain('another');
    }
  });
});
