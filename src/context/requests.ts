import { createHash } from 'node:crypto';
import { canonicalText, type Json } from '../json.ts';

/** A request id as a receipt's key: ids of different viewers never meet. */
export function receiptKey(viewer: string, requestId: string): string {
  return JSON.stringify([viewer, requestId]);
}

/** Equal for equal arguments, whatever the order of their keys; says nothing of what they were. */
export function fingerprint(args: Json): string {
  return createHash('sha256').update(canonicalText(args)).digest('base64url');
}
