import { createHash } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { type AccessOptions, createAuthenticator } from '../../src/access/authenticator.ts';
import { UnauthenticatedError } from '../../src/errors.ts';

const secret = 'a secret that has at least 32 bytes';
const policy = { read: ['room:*'] };
const now = Math.floor(Date.now() / 1000);

function sign(claims: JWTPayload, key = secret, alg = 'HS256'): Promise<string> {
  return new SignJWT({ arpeggio: policy, sub: 'ann', ...claims })
    .setProtectedHeader({ alg })
    .sign(new TextEncoder().encode(key));
}

function refused(options: AccessOptions, token: string): Promise<void> {
  return expect(createAuthenticator(options)({ token })).rejects.toThrow(UnauthenticatedError);
}

describe('a token', () => {
  const jwt = { secret, issuer: 'us', audience: ['arpeggio'] };
  const good = { iss: 'us', aud: 'arpeggio', exp: now + 60 };

  it('says who it is, what that may do, and until when', async () => {
    const viewer = await createAuthenticator({ jwt })({ token: await sign(good) });
    expect(viewer).toEqual({ name: 'ann', policy, expiresAt: (good.exp + 5) * 1000, key: 'token ["us","ann"]' });
    expect(await createAuthenticator({ jwt })({ token: await sign({ ...good, arpeggio: {} }) })).toMatchObject({
      policy: {},
    });
  });

  it('is the same viewer as another of its subject, and without one is a viewer of its own', async () => {
    const keyOf = async (claims: object): Promise<string> =>
      (await createAuthenticator({ jwt: { secret } })({ token: await sign(claims as JWTPayload) })).key;
    const keys = [{ jti: '1' }, { jti: '2' }, { iss: 'them' }, { sub: undefined }, { sub: undefined, jti: '1' }];
    const [one, two, ...others] = await Promise.all(keys.map((claims) => keyOf({ ...good, ...claims })));
    expect(one).toBe(two);
    expect(new Set([one, ...others]).size).toBe(4);
    const { tokenId } = await createAuthenticator({ jwt })({ token: await sign({ ...good, jti: 'x' }) });
    expect(tokenId).toBe('x');
  });

  it('may be off by as much as clocks are', async () => {
    for (const claims of [{ exp: now - 2 }, { nbf: now + 2 }]) {
      await expect(createAuthenticator({ jwt })({ token: await sign({ ...good, ...claims }) })).resolves.toBeTruthy();
    }
  });

  it.each<[string, JWTPayload]>([
    ['expired', { exp: now - 60 }],
    ['not valid yet', { nbf: now + 60 }],
    ['meant for another', { aud: 'other' }],
    ['meant for nobody', { aud: [] }],
    ['issued by another', { iss: 'them' }],
    ['with a policy that is none', { arpeggio: { read: '*' } }],
    ['with a policy that is no object', { arpeggio: 'read' }],
  ])('is refused where it is %s', async (_, claims) => {
    await refused({ jwt }, await sign({ ...good, ...claims }));
  });

  it('is refused where it was changed, signed with another key or another algorithm, or not at all', async () => {
    const [header, , signature] = (await sign(good)).split('.');
    const other = Buffer.from(JSON.stringify({ ...good, arpeggio: { read: ['*'] } })).toString('base64url');
    await refused({ jwt }, `${header}.${other}.${signature}`);
    await refused({ jwt }, await sign(good, 'another secret of 32 bytes or more'));
    await refused({ jwt }, await sign(good, secret, 'HS512'));
    await refused({ jwt }, new UnsecuredJWT({ ...good, arpeggio: policy }).encode());
    for (const token of ['', 'x', 'a.b.c', '..']) await refused({ jwt }, token);
  });

  it('can not be signed with a public key as if that were a secret', async () => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    const text = JSON.stringify(await exportJWK(publicKey));
    await refused({ jwt: { jwksUrl: 'http://127.0.0.1:1/keys' } }, await sign({ exp: now + 60 }, text));
  });

  it.each<[NonNullable<AccessOptions['jwt']>, RegExp]>([
    [{}, /either secret or jwksUrl/],
    [{ secret, jwksUrl: 'https://a.example' }, /either/],
    [{ secret: 'short' }, /32 bytes/],
    [{ secret, algorithms: ['none'] }, /algorithms/],
    [{ secret, algorithms: ['RS256'] }, /algorithms/],
    [{ secret, algorithms: [] }, /algorithms/],
    [{ jwksUrl: 'https://a.example', algorithms: ['HS256'] }, /algorithms/],
    [{ jwksUrl: 'http://a.example/keys' }, /https/],
    [{ jwksUrl: 'keys' }, /https/],
  ])('is not read by %j', (wrong, message) => {
    expect(() => createAuthenticator({ jwt: wrong })).toThrow(message);
  });
});

describe('an API key', () => {
  const sha256 = createHash('sha256').update('key one').digest('hex');
  const apiKeys = [{ sha256, name: 'one', may: { read: ['*'] } }];

  it('is known by its hash', async () => {
    const authenticate = createAuthenticator({ apiKeys });
    expect(await authenticate({ apiKey: 'key one' })).toEqual({ name: 'one', policy: { read: ['*'] }, key: 'key one' });
    for (const apiKey of ['key two', '', sha256]) {
      await expect(authenticate({ apiKey })).rejects.toThrow(UnauthenticatedError);
    }
    await expect(authenticate({ token: 'key one' })).rejects.toThrow(UnauthenticatedError);
  });

  it('is listed with a hash and a policy', () => {
    expect(() => createAuthenticator({ apiKeys: [{ sha256: 'key one', name: 'one', may: {} }] })).toThrow(/sha256/);
    expect(() => createAuthenticator({ apiKeys: [{ sha256, name: 'one', may: { read: ['a*b'] } }] })).toThrow(/may/);
  });
});

describe('who asks', () => {
  it('is nobody without credentials, unless there is a policy for those', async () => {
    await expect(createAuthenticator({ apiKeys: [] })({})).rejects.toThrow(UnauthenticatedError);
    expect(await createAuthenticator({ anonymous: policy })({})).toEqual({
      name: 'anonymous',
      policy,
      key: 'anonymous',
    });
    await expect(createAuthenticator({ anonymous: policy })({ token: 'x' })).rejects.toThrow(UnauthenticatedError);
  });

  it('is nobody with two kinds of credentials', async () => {
    const authenticate = createAuthenticator({ authenticate: () => ({ name: 'ann', policy }) });
    await expect(authenticate({ token: 'x', apiKey: 'y' })).rejects.toThrow(UnauthenticatedError);
  });

  it('is whoever a function says, for as long as it says', async () => {
    const authenticate = createAuthenticator({
      authenticate: ({ token }) =>
        token === 'ann' ? { name: 'ann', policy } : token === 'old' ? { name: 'old', policy, expiresAt: 1 } : null,
    });
    expect(await authenticate({ token: 'ann' })).toEqual({ name: 'ann', policy, key: 'own ann' });
    await expect(authenticate({ token: 'old' })).rejects.toThrow(UnauthenticatedError);
    await expect(authenticate({ token: 'bob' })).rejects.toThrow(UnauthenticatedError);
  });

  it('is somebody: an access policy that lets nobody in is a mistake', () => {
    expect(() => createAuthenticator({})).toThrow(/lets nobody in/);
    const misspelled = { anonymous: policy, authorise: () => false };
    expect(() => createAuthenticator(misspelled)).toThrow('access has authorise, which is none of jwt,');
  });
});
