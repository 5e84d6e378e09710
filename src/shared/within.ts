import type { Clock } from './clock';

/**
 * What `work` comes to, unless it takes longer than `ms`: then, or as soon as `signal` aborts, it rejects and the work is
 * left to itself.
 *
 * @param what names who is waited for, for the error
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  what: string,
  work: Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const over = new AbortController();
  const ending = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  const late = clock.sleep(ms, ending).then(() => {
    throw new Error(`${what} did not answer within ${ms / 1000} s`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort(new Error('over'));
    // Whoever loses the race fails unheard.
    late.catch(() => undefined);
    work.catch(() => undefined);
  }
}
