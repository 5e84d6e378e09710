import type { ComponentLock } from '../component-registry/installed/component-lock';
import { McpFailure } from '../mcp/mcp-session';
import { RdzenError } from '../shared/rdzen-error';

export function drifted({ component }: ComponentLock, reason: string): RdzenError {
  return new RdzenError(
    'COMPONENT_DRIFTED',
    `Component ${component} is not what was approved: ${reason}. It is used no more until another lock of it is approved.`,
  );
}

export function unavailable({ component, version }: ComponentLock, reason: string): RdzenError {
  return new RdzenError(
    'COMPONENT_UNAVAILABLE',
    `Component ${component} ${version} does not run: ${reason}. A call in a minute tries it again; a trial of it tells more.`,
  );
}

/** What others wait for as well goes on when one of them is cancelled. */
export function orCancelled<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const cancelled = (): void => reject(new McpFailure('cancelled', 'it was cancelled'));
    if (signal.aborted) return cancelled();
    signal.addEventListener('abort', cancelled, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancelled));
  });
}
