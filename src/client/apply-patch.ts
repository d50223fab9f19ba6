import type { PatchStep } from '../delta/element-patch.ts';
import { isObject, type Json, type JsonObject, own, setOwn, without } from '../json.ts';
import { pathOf } from '../pointer.ts';

/** What a patch of the server's makes of a context: what no step leads into keeps its identity. @throws TypeError where it does not fit */
export function applyPatch(patch: readonly PatchStep[], context: JsonObject): JsonObject {
  return patch.reduce<Json>((value, step) => applied(value, pathOf(step.path), step), context) as JsonObject;
}

function applied(container: Json | undefined, [key = '', ...rest]: readonly string[], step: PatchStep): Json {
  const isHere = rest.length === 0;
  if (Array.isArray(container)) {
    const list: Json[] = [...(container as readonly Json[])];
    const at = Number(key);
    if (!isHere) list[at] = applied(list[at], rest, step);
    else list.splice(at, step.op === 'add' ? 0 : 1, ...(step.op === 'remove' ? [] : [step.value]));
    return list;
  }
  if (!isObject(container)) throw new TypeError('The patch leads nowhere.');
  if (isHere && step.op === 'remove') return without(container, (other) => other === key);
  const copy: { [key: string]: Json } = { ...container };
  setOwn(copy, key, isHere && 'value' in step ? step.value : applied(own(container, key), rest, step));
  return copy;
}
