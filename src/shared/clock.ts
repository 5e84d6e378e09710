/** A pending timer; cancelling one that has fired, or twice, does nothing. */
export interface Timer {
  cancel(): void;
}

/**
 * The only source of time for domain code. Deadlines and durations use {@link monotonic}; {@link now} is for
 * stamps that people or other programs read.
 */
export abstract class Clock {
  /** Wall time, milliseconds since the epoch. May jump. */
  abstract now(): number;

  /** Milliseconds from an arbitrary origin. Never goes back. */
  abstract monotonic(): number;

  /** Runs `task` once, after `ms` milliseconds at the earliest. */
  abstract after(ms: number, task: () => void): Timer;

  /** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(asError(signal.reason));
        return;
      }
      const onAbort = (): void => {
        timer.cancel();
        reject(asError(signal?.reason));
      };
      const timer = this.after(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(typeof reason === 'string' ? reason : 'aborted');
}
