import type { Action, Policy } from './policy.ts';

/** Somebody who asks, and what they may. */
export interface Viewer {
  /** For people, as in the log of an `authorize` of yours. */
  readonly name: string;
  readonly policy: Policy;
  /** Unix time in milliseconds from which on it is nobody. @default never */
  readonly expiresAt?: number;
  /** Of the token that it has shown, its claim `jti`. */
  readonly tokenId?: string;
}

/** Somebody whose credentials were looked at. */
export interface KnownViewer extends Viewer {
  /** Equal for the same one only: a token's subject is nobody's API key, whatever they are called. */
  readonly key: string;
}

/** What a request brought along to say who asks; at most one of the two. */
export interface Credentials {
  /** What stood behind `Bearer`. */
  readonly token?: string;
  readonly apiKey?: string;
}

/** Whether a viewer is not to be let in any more, although its credentials have not expired. */
export type Revoked = (viewer: Viewer) => boolean | Promise<boolean>;

/** May say no where the policy says yes, never the other way round. */
export type Authorize = (viewer: Viewer, action: Action, id: string) => boolean | Promise<boolean>;
