import { UnauthenticatedError } from '../errors.ts';
import { type ApiKey, readApiKeys } from './api-keys.ts';
import { checkPolicy, type Policy } from './policy.ts';
import { type JwtOptions, readTokens } from './tokens.ts';
import type { Authorize, Credentials, Viewer } from './viewer.ts';

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
}

/** Who shows these credentials. @throws UnauthenticatedError */
export type Authenticator = (credentials: Credentials) => Promise<Viewer>;

/** @throws TypeError that says what is wrong with the options */
export function createAuthenticator(options: AccessOptions, now: () => number = Date.now): Authenticator {
  const { jwt, apiKeys, anonymous, authenticate } = options;
  if (!jwt && !apiKeys && !anonymous && !authenticate)
    throw new TypeError('access lets nobody in: give jwt, apiKeys, anonymous or authenticate.');
  const ofToken = jwt && readTokens(jwt);
  const ofKey = apiKeys && readApiKeys(apiKeys);
  const nobody: Viewer | null = anonymous
    ? { name: 'anonymous', policy: checkPolicy(anonymous, 'access.anonymous') }
    : null;
  return async (credentials) => {
    const { token, apiKey } = credentials;
    // An empty one is none that anybody was given.
    if ((token !== undefined && apiKey !== undefined) || token === '' || apiKey === '')
      throw new UnauthenticatedError();
    if (token === undefined && apiKey === undefined) return known(nobody);
    const own = token === undefined ? ofKey?.(apiKey ?? '') : await ofToken?.(token);
    const viewer = known(own ?? (await authenticate?.(credentials)));
    if (viewer.expiresAt !== undefined && !(viewer.expiresAt > now())) throw new UnauthenticatedError();
    return viewer;
  };
}

function known(viewer: Viewer | null | undefined): Viewer {
  if (!viewer) throw new UnauthenticatedError();
  return { ...viewer, policy: checkPolicy(viewer.policy, "A viewer's policy") };
}
