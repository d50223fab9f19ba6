import { createHash } from 'node:crypto';
import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  type JWTVerifyResult,
  jwtVerify,
} from 'jose';
import { checkPolicy } from './policy.ts';
import type { KnownViewer } from './viewer.ts';

export interface JwtOptions {
  /** What tokens are signed with, at least 32 bytes. Give this or `jwksUrl`. */
  readonly secret?: string;
  /** Where the public keys are that tokens are signed with; read again when a token names another key. */
  readonly jwksUrl?: string;
  /** Who must have issued them. @default anybody with the key */
  readonly issuer?: string | readonly string[];
  /** Whom they must be meant for. @default anybody */
  readonly audience?: string | readonly string[];
  /** @default HS256 with a secret; RS256, PS256, ES256, EdDSA with `jwksUrl` */
  readonly algorithms?: readonly string[];
}

/** How far the clock of who signs may be from ours, in seconds. */
const TOLERANCE_S = 5;
/** How often at most the keys are read again for a token whose key is not among them, in milliseconds. */
const COOLDOWN_MS = 1000;
const MIN_SECRET_BYTES = 32;

/** A public key must never be taken for a secret: each kind of key has algorithms of its own. */
const SECRET_ALGORITHMS = ['HS256', 'HS384', 'HS512'];
const PUBLIC_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const MORE_PUBLIC_ALGORITHMS = ['RS384', 'RS512', 'PS384', 'PS512', 'ES384', 'ES512', 'Ed25519'];

type Verify = (token: string, options: JWTVerifyOptions) => Promise<JWTVerifyResult>;

/**
 * Whose a token is; null for one that is nobody's. What throws is no fault of the token.
 *
 * @throws TypeError for options that are none
 */
export function readTokens(options: JwtOptions): (token: string) => Promise<KnownViewer | null> {
  const { verify, algorithms } = verifierOf(options);
  const { issuer, audience } = options;
  // As of a variable that is not set: then anybody's token would do.
  for (const name of ['issuer', 'audience'] as const)
    if (Object.hasOwn(options, name) && (options[name] ?? '').length === 0)
      throw new TypeError(`access.jwt.${name} is there, and empty.`);
  const checks: JWTVerifyOptions = {
    algorithms: [...algorithms],
    clockTolerance: TOLERANCE_S,
    ...(issuer === undefined ? {} : { issuer: listOf(issuer) }),
    ...(audience === undefined ? {} : { audience: listOf(audience) }),
  };
  return async (token) => {
    try {
      const { payload } = await verify(token, checks);
      return viewerOf(payload, token);
    } catch (error) {
      if (isTokensFault(error)) return null;
      throw error;
    }
  };
}

function verifierOf({ secret, jwksUrl, algorithms }: JwtOptions): {
  readonly verify: Verify;
  readonly algorithms: readonly string[];
} {
  if ((secret === undefined) === (jwksUrl === undefined))
    throw new TypeError('access.jwt takes either secret or jwksUrl.');
  if (secret !== undefined) {
    const key = new TextEncoder().encode(secret);
    if (key.length < MIN_SECRET_BYTES)
      throw new TypeError(`access.jwt.secret takes ${MIN_SECRET_BYTES} bytes or more.`);
    return {
      verify: (token, checks) => jwtVerify(token, key, checks),
      algorithms: checked(algorithms ?? ['HS256'], SECRET_ALGORITHMS, 'a secret'),
    };
  }
  const keys = createRemoteJWKSet(keysAt(String(jwksUrl)), { cooldownDuration: COOLDOWN_MS });
  return {
    verify: (token, checks) => jwtVerify(token, keys, checks),
    algorithms: checked(algorithms ?? PUBLIC_ALGORITHMS, [...PUBLIC_ALGORITHMS, ...MORE_PUBLIC_ALGORITHMS], 'jwksUrl'),
  };
}

function checked(algorithms: readonly string[], known: readonly string[], source: string): readonly string[] {
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every((name) => known.includes(name)))
    throw new TypeError(`access.jwt.algorithms takes, with ${source}, some of ${known.join(', ')}.`);
  return algorithms;
}

/** Whoever can change the keys on their way can sign what they like. */
function keysAt(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHere = url && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url?.protocol !== 'https:' && !(isHere && url.protocol === 'http:'))
    throw new TypeError('access.jwt.jwksUrl takes an https URL, or http on this machine.');
  return url;
}

function viewerOf({ iss, sub, jti, exp, arpeggio }: JWTPayload, token: string): KnownViewer | null {
  if ([iss, sub, jti].some((claim) => claim !== undefined && typeof claim !== 'string')) return null;
  try {
    return {
      name: sub ?? 'a token',
      policy: checkPolicy(arpeggio ?? {}, 'arpeggio'),
      key: `token ${sub === undefined ? createHash('sha256').update(token).digest('hex') : JSON.stringify([iss, sub])}`,
      ...(jti === undefined ? {} : { tokenId: jti }),
      // No sooner than it would be refused.
      ...(exp === undefined ? {} : { expiresAt: (exp + TOLERANCE_S) * 1000 }),
    };
  } catch {
    return null;
  }
}

/** Rather than the fault of whoever holds the keys. */
function isTokensFault(error: unknown): boolean {
  return TOKENS_FAULTS.some((Fault) => error instanceof Fault);
}

const TOKENS_FAULTS = [
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSMultipleMatchingKeys,
  errors.JWKSNoMatchingKey,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
];

function listOf(value: string | readonly string[]): string[] {
  return typeof value === 'string' ? [value] : [...value];
}
