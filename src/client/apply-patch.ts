import type { PatchStep } from '../delta/element-patch.ts';
import { isObject, type Json, type JsonObject, own, setOwn, without } from '../json.ts';
import { pathOf } from '../pointer.ts';

/** What a patch of the server's makes of a context: what no step leads into keeps its identity. @throws TypeError where it does not fit */
export function applyPatch(patch: readonly PatchStep[], context: JsonObject): JsonObject {
  return patch.reduce<Json>((value, step) => {
    const path = pathOf(step.path);
    if (step.op !== 'move') return applied(value, path, step);
    // Within a list.
    const from = pathOf(step.from);
    const moved = from.reduce<Json | undefined>((inside, key) => own((inside ?? {}) as JsonObject, key), value);
    return applied(applied(value, from, { op: 'remove' }), path, { op: 'add', value: moved as Json });
  }, context) as JsonObject;
}

type Edit = { readonly op: 'remove' } | { readonly op: 'add' | 'replace'; readonly value: Json };

function applied(container: Json | undefined, [key = '', ...rest]: readonly string[], edit: Edit): Json {
  const isHere = rest.length === 0;
  if (Array.isArray(container)) {
    const list: Json[] = [...(container as readonly Json[])];
    const at = Number(key);
    if (!isHere) list[at] = applied(list[at], rest, edit);
    else list.splice(at, edit.op === 'add' ? 0 : 1, ...(edit.op === 'remove' ? [] : [edit.value]));
    return list;
  }
  if (!isObject(container)) throw new TypeError('The patch leads nowhere.');
  if (isHere && edit.op === 'remove') return without(container, (other) => other === key);
  const copy: { [key: string]: Json } = { ...container };
  setOwn(copy, key, isHere && 'value' in edit ? edit.value : applied(own(container, key), rest, edit));
  return copy;
}
