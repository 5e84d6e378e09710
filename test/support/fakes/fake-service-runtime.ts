import type { Manifest } from '../../../src/component-registry/manifest/manifest';
import type { ComponentNetwork } from '../../../src/containers/component-networks';
import { ComponentDidNotStart, type Purpose } from '../../../src/tools/component-runtime';
import type { RunningService, ServiceRuntime } from '../../../src/tools/services/service-runtime';

/** One that was started. */
export interface FakeService {
  image: string;
  labels: Record<string, string>;
  volume?: string;
  env: Record<string, string>;
  network: string;
  runs: boolean;
  /** Nothing is left of it. */
  closed: boolean;
  /** What is wrong with it; absent: it is well. */
  problem?: string;
  logBytes: number;
  /** It ends only by force. */
  deaf: boolean;
  /** As after a kill. */
  die(): void;
}

/** {@link ServiceRuntime} without an engine. */
export class FakeServiceRuntime {
  readonly started: FakeService[] = [];
  /** Names of networks that are there. */
  readonly networks = new Set<string>();
  /** What goes wrong with the next starts. */
  refusals: Error[] = [];
  imageId = 'sha256:image';
  /** Of those that are started from now on. */
  next: Partial<Pick<FakeService, 'problem' | 'logBytes' | 'deaf'>> = {};
  /** What stands in its volume. */
  files: string[] = [];
  attempts = 0;
  private made = 0;

  /** As it is given to those who use it. */
  get port(): ServiceRuntime {
    return this as unknown as ServiceRuntime;
  }

  get open(): FakeService[] {
    return this.started.filter(({ closed }) => !closed);
  }

  network = ({ name }: Manifest): Promise<ComponentNetwork> => {
    const id = `net-${name.split('/').at(-1)}-${++this.made}`;
    this.networks.add(id);
    const close = (): Promise<void> => Promise.resolve(void this.networks.delete(id));
    return Promise.resolve({ id, name: id, close } as ComponentNetwork);
  };

  start = (
    _: Manifest,
    image: string,
    network: ComponentNetwork,
    { labels }: Purpose,
    { state, env = {} }: { state?: { volume: string }; env?: Record<string, string> } = {},
  ): Promise<RunningService> => {
    const refusal = this.refusals.shift();
    if (refusal) return Promise.reject(refusal);
    let fall: () => void = () => undefined;
    const over = new Promise<void>((resolve) => (fall = resolve));
    const service: FakeService = {
      ...{ image, labels, env, network: network.id, runs: true, closed: false, logBytes: 0, deaf: false },
      ...this.next,
      ...(state ? { volume: state.volume } : {}),
      die: () => {
        service.runs = false;
        fall();
      },
    };
    this.started.push(service);
    const { imageId } = this;
    const inspect = () =>
      Promise.resolve({ running: service.runs, imageId, oomKilled: false, exitCode: service.deaf ? 137 : 0 });
    const stop = () => Promise.resolve(void (service.runs = false));
    const use = () => Promise.resolve({ memoryBytes: 2 ** 20, processes: 1, cpuMs: 1 });
    const container = {
      ...{ inspect, stop, use },
      kill: () => Promise.resolve(service.die()),
      filesAt: () => Promise.resolve([...this.files]),
      networkAttempts: () => Promise.resolve(this.attempts),
      hadOom: () => Promise.resolve(false),
    };
    return Promise.resolve({
      container: container as unknown as RunningService['container'],
      ...{ startedInMs: 5, logTail: 'ready', logBytes: service.logBytes, over },
      health: () => Promise.resolve(service.problem),
      close: () => {
        service.runs = false;
        service.closed = true;
        return Promise.resolve();
      },
    });
  };
}

export const exits = (): ComponentDidNotStart =>
  new ComponentDidNotStart('it exited with code 3 before it was well', 'exited', '', 3);
