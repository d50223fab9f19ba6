import type { Address } from './address.ts';
import type { Credentials } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import type { FlagName, Flags } from './flags.ts';
import type { Output } from './output.ts';

/** One thing that can be asked of a server. */
export interface Command {
  readonly name: string;
  /** What comes behind its name. */
  readonly takes: 'ID' | 'ID [JSON]';
  readonly summary: string;
  /** More to say, a line each. */
  readonly notes?: readonly string[];
  readonly examples: readonly string[];
  readonly flags: readonly FlagName[];
  readonly run: (call: Call) => Promise<void>;
}

/** A command as it was typed, and what it works with. */
export interface Call {
  readonly id: string;
  /** The JSON as it was typed: itself, `-` or `@FILE`. */
  readonly json: string | undefined;
  readonly flags: Flags;
  readonly address: Address;
  readonly credentials: Credentials;
  readonly endpoint: Endpoint;
  readonly output: Output;
}
