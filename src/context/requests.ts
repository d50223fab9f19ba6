import { createHash } from 'node:crypto';
import { InputError } from '../errors.ts';
import { canonicalText, type Json } from '../json.ts';
import type { Limits } from '../limits.ts';
import type { Receipt } from '../store/store.ts';
import { checkRequestId } from './checks.ts';
import type { WriteRequest } from './draft.ts';

export interface RequestOptions {
  /** Makes a retry safe: the same id with the same arguments counts once and returns the first outcome, for 10 minutes. */
  readonly requestId?: string | undefined;
  /** Whose request id it is. @default '' */
  readonly viewer?: string | undefined;
}

/** What a repeated request must be equal in. */
export type Arguments = { readonly [name: string]: Json };

/** The request as it is remembered; undefined where it is none. @throws InputError for a request id that can be none */
export function requestOf(
  args: () => Arguments,
  { requestId, viewer = '' }: RequestOptions,
  limits: Limits,
): WriteRequest | undefined {
  if (requestId === undefined) return undefined;
  return { key: receiptKey(viewer, checkRequestId(requestId, limits)), fingerprint: fingerprint(args()) };
}

/** @throws InputError where the receipt is that of another request */
export function sameRequest(receipt: Receipt, request: WriteRequest | undefined): Receipt {
  if (receipt.fingerprint === request?.fingerprint) return receipt;
  throw new InputError('This request id was used with other arguments.');
}

/** A request id as a receipt's key: ids of different viewers never meet. */
function receiptKey(viewer: string, requestId: string): string {
  return JSON.stringify([viewer, requestId]);
}

/** Equal for equal arguments, whatever the order of their keys; says nothing of what they were. */
function fingerprint(args: Json): string {
  return createHash('sha256').update(canonicalText(args)).digest('base64url');
}
