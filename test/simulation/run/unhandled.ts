import type { Judge } from '../invariants/judge';

/** A promise that fails unheard ends the real process; here it ends the run. @returns what stops listening. */
export function hearUnhandled(judge: Judge): () => void {
  const hear = (reason: unknown): void => {
    const what = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    judge.condemn('no failure goes unheard', what);
  };
  process.on('unhandledRejection', hear);
  return () => void process.off('unhandledRejection', hear);
}
