import { type JsonObject, measure, own, type Size, textBytes } from '../json.ts';
import { type Delta, isEmpty, valueAfter, valueBefore } from './delta.ts';

/**
 * The size of `after`, which `delta` has made of `before`, from the size of `before`. It costs what the delta holds, where measuring
 * anew would cost the whole.
 */
export function resize(size: Size, delta: Delta, before: JsonObject, after: JsonObject): Size {
  let { bytes, nodes } = size;
  // The comma or the brace behind each member counts as the member's; only an empty object has a brace of its own.
  const add = (key: string, value: JsonObject[string] | undefined, sign: 1 | -1): void => {
    if (value === undefined) return;
    const member = measure(value);
    bytes += sign * (textBytes(key) + 2 + member.bytes);
    nodes += sign * member.nodes;
  };
  const within = (inner: Delta, from: JsonObject, to: JsonObject): void => {
    if (isEmpty(inner)) return;
    for (const [key, edit] of Object.entries(inner)) {
      if (edit.action === 'within') {
        within(edit.delta, own(from, key) as JsonObject, own(to, key) as JsonObject);
      } else {
        add(key, valueBefore(edit), -1);
        add(key, valueAfter(edit), 1);
      }
    }
    if (isEmpty(from)) bytes -= 1;
    if (isEmpty(to)) bytes += 1;
  };
  within(delta, before, after);
  return { bytes, nodes };
}
