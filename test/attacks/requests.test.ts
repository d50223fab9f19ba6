import { afterEach, describe, expect, it } from 'vitest';
import { sendRaw } from '../helpers/raw.ts';
import { requestAttacks } from './requests.ts';
import { sharedTarget } from './target.ts';

const target = sharedTarget();

afterEach(async () => {
  expect(await target().server.manager.get('forged')).toBeNull();
});

describe('A request that means harm', () => {
  it('is one of many', () => {
    expect(requestAttacks.length).toBeGreaterThan(60);
    expect(new Set(requestAttacks.map(({ name }) => name)).size).toBe(requestAttacks.length);
  });

  it.each(requestAttacks)('is refused, or harmless: $name', async ({ bytes, statuses }) => {
    const answer = await sendRaw({ port: target().port }, bytes);
    expect([...answer.matchAll(/^HTTP\/1\.1 (\d+) /gm)].map(([, status]) => Number(status))).toEqual(statuses);
    expect(answer).not.toMatch(/node_modules|node:internal|\.ts:|access-control-/i);
  });
});
