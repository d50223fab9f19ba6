import { UnauthenticatedError } from '../errors.ts';
import { type ApiKey, readApiKeys } from './api-keys.ts';
import { checkPolicy, type Policy } from './policy.ts';
import { type JwtOptions, readTokens } from './tokens.ts';
import type { Authorize, Credentials, KnownViewer, Revoked, Viewer } from './viewer.ts';

/** Who may do what. With none of these, nobody may do anything. */
export interface AccessOptions {
  /** Takes JSON Web Tokens whose claim `arpeggio` is a policy. */
  readonly jwt?: JwtOptions;
  readonly apiKeys?: readonly ApiKey[];
  /** What whoever brings no credentials may do. @default nothing: they are refused */
  readonly anonymous?: Policy;
  /** Asked whose the credentials are that neither `jwt` nor `apiKeys` know; null: nobody's. */
  readonly authenticate?: (credentials: Credentials) => Viewer | null | Promise<Viewer | null>;
  /** Asked for every action that the policy allows, and again for every event of a subscription. */
  readonly authorize?: Authorize;
  /** Asked when credentials are shown, and every `recheckMs` for all who are connected. @default nobody is */
  readonly revoked?: Revoked;
  /** How often `revoked`, and `authorize` for subscriptions, are asked again, in milliseconds. @default 10000 */
  readonly recheckMs?: number;
  /** A cookie that holds a token; of pages of the server's own origin and of `allowedOrigins` only. @default none */
  readonly cookie?: string;
}

const PARTS: readonly string[] = [
  'jwt',
  'apiKeys',
  'anonymous',
  'authenticate',
  'authorize',
  'revoked',
  'recheckMs',
  'cookie',
] satisfies readonly (keyof AccessOptions)[];

/** The key of all who bring no credentials. */
export const ANONYMOUS = 'anonymous';

/** Who shows these credentials. @throws UnauthenticatedError */
export type Authenticator = (credentials: Credentials) => Promise<KnownViewer>;

/** @throws TypeError that says what is wrong with the options */
export function createAuthenticator(options: AccessOptions, now: () => number = Date.now): Authenticator {
  const unknown = Object.keys(options).find((name) => !PARTS.includes(name));
  if (unknown !== undefined) throw new TypeError(`access has ${unknown}, which is none of ${PARTS.join(', ')}.`);
  const { jwt, apiKeys, anonymous, authenticate } = options;
  if (!jwt && !apiKeys && !anonymous && !authenticate)
    throw new TypeError('access lets nobody in: give jwt, apiKeys, anonymous or authenticate.');
  const ofToken = jwt && readTokens(jwt);
  const ofKey = apiKeys && readApiKeys(apiKeys);
  const nobody: KnownViewer | null = anonymous
    ? { name: 'anonymous', policy: checkPolicy(anonymous, 'access.anonymous'), key: ANONYMOUS }
    : null;
  return async (credentials) => {
    const { token, apiKey } = credentials;
    // An empty one is none that anybody was given.
    if ((token !== undefined && apiKey !== undefined) || token === '' || apiKey === '')
      throw new UnauthenticatedError();
    const viewer =
      token === undefined && apiKey === undefined
        ? nobody
        : ((token === undefined ? ofKey?.(apiKey ?? '') : await ofToken?.(token)) ??
          checked(await authenticate?.(credentials)));
    if (!viewer) throw new UnauthenticatedError();
    if (viewer.expiresAt !== undefined && !(viewer.expiresAt > now())) throw new UnauthenticatedError();
    return viewer;
  };
}

function checked(viewer: Viewer | null | undefined): KnownViewer | null {
  if (!viewer) return null;
  return { ...viewer, policy: checkPolicy(viewer.policy, "A viewer's policy"), key: `own ${viewer.name}` };
}
