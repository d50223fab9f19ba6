import { createHash, timingSafeEqual } from 'node:crypto';
import { checkPolicy, type Policy } from './policy.ts';
import type { KnownViewer } from './viewer.ts';

/** A key that a program shows. Only its hash is known here. */
export interface ApiKey {
  /** The key's SHA-256, in hexadecimal. */
  readonly sha256: string;
  readonly name: string;
  readonly may: Policy;
}

/** Whose a key is; null for one that is nobody's. @throws TypeError for what is no list of keys */
export function readApiKeys(keys: readonly ApiKey[]): (key: string) => KnownViewer | null {
  const known = keys.map(({ sha256, name, may }, i) => {
    if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/i.test(sha256))
      throw new TypeError(`access.apiKeys[${i}].sha256 must be 64 hexadecimal digits.`);
    if (typeof name !== 'string') throw new TypeError(`access.apiKeys[${i}].name must be a text.`);
    const viewer: KnownViewer = { name, policy: checkPolicy(may, `access.apiKeys[${i}].may`), key: `key ${name}` };
    return { hash: Buffer.from(sha256, 'hex'), viewer };
  });
  return (key) => {
    const hash = createHash('sha256').update(key).digest();
    let found: KnownViewer | null = null;
    // All of them, so that the time tells nothing of which it was.
    for (const { hash: other, viewer } of known) if (timingSafeEqual(hash, other)) found = viewer;
    return found;
  };
}
