import type { Life } from './life';

type Call = (...values: unknown[]) => unknown;

/**
 * A port as one process holds it: before and after each call, and at each piece of a stream, lies a point at which the
 * process may die. The points come from the calls themselves: a method added to a port has its points at once.
 */
export function mortal<T extends object>(port: T, name: string, life: Life): T {
  const calls = new Map<string | symbol, Call>();
  return new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || key === 'constructor') return value;
      let call = calls.get(key);
      if (!call) {
        const method = value as Call;
        call = guarded((...values) => method.apply(target, values), `${name}.${String(key)}`, life);
        calls.set(key, call);
      }
      return call;
    },
  });
}

function guarded(call: Call, point: string, life: Life): Call {
  const [before, after] = [`${point}#before`, `${point}#after`];
  return (...values) => {
    if (life.reach(before)) return nothing();
    const result = call(...values);
    if (result instanceof Promise) return life.receive(result, after);
    if (isStream(result)) return stream(result, `${point}#chunk`, life);
    life.reach(after);
    return result;
  };
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function stream(source: AsyncIterable<unknown>, point: string, life: Life): AsyncIterable<unknown> {
  const iterator = source[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => life.receive(iterator.next(), point),
      return: async () => {
        // Whoever leaves early closes the connection; what the core still says is lost.
        void iterator.return?.().catch(() => undefined);
        return { done: true, value: undefined };
      },
    }),
  };
}

/** What a dead process gets from a call: neither an answer nor an end, whatever kind of call it was. */
function nothing(): unknown {
  const never = new Promise<never>(() => undefined);
  return Object.assign(never, { [Symbol.asyncIterator]: () => ({ next: () => never }) });
}
