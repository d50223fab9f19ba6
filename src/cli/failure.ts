import { ArpeggioClientError } from '../client/errors.ts';
import { InputError } from '../errors.ts';

/** What was typed makes no sense; the message says what would. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** How it is typed, where that helps. */
  readonly usage: string | undefined;

  constructor(message: string, usage?: string) {
    super(message);
    this.usage = usage;
  }
}

/** What the process ends with, for scripts to branch on. */
export const exitCodes = {
  ok: [0, 'done'],
  refused: [1, 'the server refused it: its error code is told on stderr'],
  usage: [2, 'no such command, option or value; nothing was asked of a server'],
  unreachable: [3, 'no connection, or no answer in time'],
  notFound: [4, 'there is no such context'],
  conflict: [5, 'the context is not where the write expects it'],
} as const satisfies { readonly [name: string]: readonly [code: number, meaning: string] };

/** Codes of ours for what never reached a server, or came back from none. */
export const UNREACHABLE = ['NO_CONNECTION', 'CONNECTION_LOST', 'CONNECTION_REFUSED', 'TIMED_OUT'];

export function exitCodeOf(error: unknown): number {
  return exitCodes[kindOf(error)][0];
}

function kindOf(error: unknown): keyof typeof exitCodes {
  if (error instanceof UsageError || error instanceof InputError) return 'usage';
  if (!(error instanceof ArpeggioClientError)) return 'refused';
  if (UNREACHABLE.includes(error.code)) return 'unreachable';
  if (error.code === 'CONTEXT_NOT_FOUND') return 'notFound';
  return error.code === 'VERSION_CONFLICT' ? 'conflict' : 'refused';
}
