import type { ComponentLock } from '../component-registry/installed/component-lock';
import { blockOf } from '../component-registry/manifest/manifest';
import { RdzenError } from '../shared/rdzen-error';
import type { ComponentConfig } from './component-config';
import type { ComponentDidNotStart, ComponentRuntime, RunningComponent } from './component-runtime';
import type { PoolTimes } from './pool-times';
import type { Redaction } from './redaction';

export interface StartTools {
  runtime: ComponentRuntime;
  config: ComponentConfig;
  times: PoolTimes;
  /** Ends one that sleeps, so that another can start. @returns whether there was one */
  makeRoom: () => Promise<boolean>;
  /** Networks of the services that it uses; absent: there are none. */
  used?: { networksOf(lock: ComponentLock): Promise<string[]> };
}

/** @throws ComponentDidNotStart, RdzenError SERVICE_NOT_INSTALLED, SERVICE_UNAVAILABLE, and as {@link ComponentRuntime.start}; a sleeping one gives way before it is too many */
export async function startLocked(
  lock: ComponentLock,
  env: Record<string, string>,
  { runtime, config, times, makeRoom, used }: StartTools,
): Promise<RunningComponent> {
  const { id, image, manifest } = lock;
  const purpose = {
    word: 'component',
    labels: { 'rdzen.lock': id },
    lifetimeMs: times.lifetimeMs,
    egress: 'approved' as const,
    services: (await used?.networksOf(lock)) ?? [],
  };
  const state = keepsData(lock) ? { volume: config.volumeUnder(lock) } : undefined;
  const attempt = (): Promise<RunningComponent> => runtime.start(manifest, image, purpose, state, env);
  return attempt().catch(async (error: unknown) => {
    const full = error instanceof RdzenError && error.code === 'TOO_MANY_COMPONENTS';
    if (full && (await makeRoom())) return attempt();
    throw error;
  });
}

/** For people, with nothing secret in it. */
export function whyNotStarted({ message, logTail }: ComponentDidNotStart, redaction: Redaction): string {
  const last = redaction.text(logTail).trim().split('\n').pop()?.slice(0, 200) ?? '';
  return `${redaction.text(message)}${last === '' ? '' : `; its last words: ${last}`}`;
}

export function keepsData({ manifest }: Pick<ComponentLock, 'manifest'>): boolean {
  return blockOf(manifest).permissions?.filesystem?.state !== undefined;
}
