import { aboutWrite, ForbiddenError } from '../errors.ts';
import type { Contexts } from '../schema/builder.ts';

const WRITES: readonly PropertyKey[] = ['set', 'update', 'patch', 'revert', 'delete', 'restore'];

/** The same contexts, of which those whose ids begin so are the server's own: they are read like any other, and written by nobody else. */
export function reserved<T extends Contexts>(contexts: T, prefix: string): T {
  return new Proxy(contexts, {
    get(target, name) {
      const verb = Reflect.get(target, name) as unknown;
      if (typeof verb !== 'function') return verb;
      if (name === 'writeMany') {
        return async (...[writes, options]: Parameters<Contexts['writeMany']>) => {
          const write = writes.findIndex(({ id }) => id.startsWith(prefix));
          if (write >= 0) throw aboutWrite(new ForbiddenError({ applied: 'NO' }), write);
          return target.writeMany(writes, options);
        };
      }
      if (!WRITES.includes(name)) return verb.bind(target);
      return async (id: string, ...rest: readonly unknown[]) => {
        if (id.startsWith(prefix)) throw new ForbiddenError({ applied: 'NO' });
        return verb.call(target, id, ...rest);
      };
    },
  });
}
