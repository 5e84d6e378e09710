import type { ContainerInspectInfo } from 'dockerode';
import type { ContainerInfo, ContainerState } from '../container-engine';

/** What only we know of a container, beside what the engine says. */
export interface Memory {
  /** Somebody wanted it to end. */
  stopped: boolean;
  deathsLastMinute: number;
}

/** @param name as it is called here; the engine may be renaming it */
export function containerInfo(
  name: string,
  { Config, Image, State, RestartCount }: ContainerInspectInfo,
  { stopped, deathsLastMinute }: Memory,
): ContainerInfo {
  const state = stateOf(State, stopped);
  const health = State.Health?.Status;
  const started = Date.parse(State.StartedAt);
  return {
    name,
    image: Config.Image,
    imageId: Image,
    state,
    // Between two lives it counts as running too, without a process.
    ...(State.Running && !State.Restarting ? { pid: State.Pid } : { exitCode: State.ExitCode }),
    ...(started > 0 ? { startedAt: started } : {}),
    restarts: RestartCount,
    ...(isHealth(health) ? { health } : {}),
    deathsLastMinute,
    labels: { ...Config.Labels },
  };
}

function isHealth(status: string | undefined): status is NonNullable<ContainerInfo['health']> {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy';
}

/** States as of Docker's API reference, `ContainerState.Status`. */
function stateOf({ Status, Running }: ContainerInspectInfo['State'], stopped: boolean): ContainerState {
  if (Status === 'paused') return 'paused';
  if (Status === 'restarting') return 'waiting-to-restart';
  if (Running) return 'running';
  return stopped || Status === 'created' ? 'stopped' : 'exited';
}
