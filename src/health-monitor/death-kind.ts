import type { DeathKind } from '../core-registry/core.types';

/** Ends a program gives itself by doing what it may not. */
const OWN_SIGNALS: ReadonlySet<string> = new Set([
  ...['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGSYS'],
]);
/** 128 + SIGHUP, SIGINT, SIGKILL, SIGTERM: somebody sent the signal. */
const SENT: ReadonlySet<number> = new Set([129, 130, 137, 143]);

/**
 * Whether a process ended by its own doing, so that what it was working on may be to blame, or by somebody else's.
 *
 * @param oom the system ended it because its memory was spent
 */
export function deathKind({
  exitCode,
  signal,
  oom = false,
}: {
  exitCode?: number;
  signal?: string;
  oom?: boolean;
}): DeathKind {
  if (oom || (signal !== undefined && OWN_SIGNALS.has(signal))) return 'own';
  return exitCode !== undefined && exitCode !== 0 && !SENT.has(exitCode) ? 'own' : 'external';
}
