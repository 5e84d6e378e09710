import type { ContainerEvent } from '../containers/container-engine';
import type { DeathKind } from '../core-registry/core.types';

/** A program gets these for what it does itself; all others are sent to it. */
const FAULTS: ReadonlySet<string> = new Set([
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGSEGV',
  'SIGSYS',
  'SIGTRAP',
]);
/** 128 + number of the signal, as shells and container engines tell it: SIGHUP, SIGINT, SIGQUIT, SIGKILL, SIGTERM. */
const ENDED_BY_SIGNAL: ReadonlySet<number> = new Set([129, 130, 131, 137, 143]);

/**
 * Whose doing it was that a core's process ended. Where nothing is known it counts as external: what a core was writing
 * then is not held against the question.
 */
export function kindOfDeath(event: ContainerEvent): DeathKind {
  if (event.type !== 'died') return 'external';
  const { oom, signal, exitCode = 0 } = event;
  if (oom) return 'self';
  if (signal !== undefined) return FAULTS.has(signal) ? 'self' : 'external';
  return exitCode === 0 || ENDED_BY_SIGNAL.has(exitCode) ? 'external' : 'self';
}
