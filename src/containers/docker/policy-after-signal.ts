import type { DockerCalls } from './docker-calls';

/**
 * Starts what died of a signal that we sent, where its policy wants it to run. Docker takes such a signal for a wish that
 * the container ends, and its policy leaves it alone (20.10: any signal; later ones: SIGKILL and the stop signal).
 * Source: moby daemon/kill.go, `killWithSignal`.
 */
export async function startedByPolicy(calls: DockerCalls, name: string): Promise<void> {
  const found = await calls.inspect(name);
  const policy = found?.HostConfig.RestartPolicy?.Name ?? '';
  if (!found || found.State.Running || !['always', 'unless-stopped'].includes(policy)) return;
  await calls.start(found.Id);
}
