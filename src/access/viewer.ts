import type { Action, Policy } from './policy.ts';

/** Somebody who asks, and what they may. */
export interface Viewer {
  /** For people, as in the log of an `authorize` of yours. */
  readonly name: string;
  readonly policy: Policy;
  /** Unix time in milliseconds from which on it is nobody. @default never */
  readonly expiresAt?: number;
}

/** What a request brought along to say who asks; at most one of the two. */
export interface Credentials {
  /** What stood behind `Bearer`. */
  readonly token?: string;
  readonly apiKey?: string;
}

/** May say no where the policy says yes, never the other way round. */
export type Authorize = (viewer: Viewer, action: Action, id: string) => boolean | Promise<boolean>;
