import { Injectable } from '@nestjs/common';
import { hostNameOf } from '../../component-registry/manifest/host-name';
import { blockOf, DEFAULT_RESOURCES, type Manifest } from '../../component-registry/manifest/manifest';
import type { ComponentContainer } from '../../containers/component-containers';
import type { ComponentNetwork } from '../../containers/component-networks';
import { HealthProbe, type ProbeTarget } from '../../containers/health-probe';
import { Clock } from '../../shared/clock';
import { ComponentDidNotStart, ComponentRuntime, type Making, type Purpose } from '../component-runtime';
import { withoutNetworks } from '../component-surroundings';
import { LogTail } from './log-tail';
import { ServiceWay } from './service-way';

const ASK_AGAIN_MS = 250;

/** A service that runs, on the network that it was given. */
export interface RunningService {
  container: ComponentContainer;
  /** Milliseconds from the create call to the first time that it was well. */
  startedInMs: number;
  readonly logTail: string;
  /** Bytes it has written to stdout and stderr. */
  readonly logBytes: number;
  /** Resolved when it writes no more: it has ended, or the engine is away. */
  readonly over: Promise<void>;
  /**
   * @returns undefined where it is well, otherwise what is wrong
   * @throws RdzenError HELPER_IMAGE_MISSING, HELPER_FAILED, ENGINE_*
   */
  health(): Promise<string | undefined>;
  /** The container and the way into it are gone after it; the network is left. */
  close(): Promise<void>;
}

/** Starts services: containers on an isolated network, without a port of the machine, asked for their health through a door. */
@Injectable()
export class ServiceRuntime {
  constructor(
    private readonly runtime: ComponentRuntime,
    private readonly probe: HealthProbe,
    private readonly clock: Clock,
  ) {}

  /** A network for one service and those that use it. @throws RdzenError HELPER_IMAGE_MISSING, ENGINE_* */
  async network(manifest: Manifest, purpose: Purpose): Promise<ComponentNetwork> {
    const { networks } = this.runtime;
    if (!networks || !(await networks.ready())) throw withoutNetworks(manifest);
    return networks.open(purpose);
  }

  /**
   * @returns once it is well
   * @throws ComponentDidNotStart where it ended, or was not well within its `startTimeoutS`
   * @throws RdzenError as {@link ComponentRuntime.make} and of its door. Nothing of it is left then.
   */
  async start(
    manifest: Manifest,
    image: string,
    network: ComponentNetwork,
    purpose: Purpose,
    { signal, ...making }: Omit<Making, 'network'> & { signal?: AbortSignal } = {},
  ): Promise<RunningService> {
    const { door } = this.runtime;
    if (!door) throw withoutNetworks(manifest);
    const target = healthOf(manifest);
    const { startTimeoutS } = { ...DEFAULT_RESOURCES, ...blockOf(manifest).resources };
    const began = this.clock.monotonic();
    const made = await this.runtime.make(manifest, image, purpose, {
      ...making,
      network: { id: network.id, aliases: [hostNameOf(manifest.name)] },
    });
    const { container } = made;
    const log = new LogTail();
    const way = new ServiceWay(container, target, door, this.probe, purpose.lifetimeMs);
    const close = async (): Promise<void> => {
      await way.close();
      await made.remove();
    };
    try {
      log.follow(await container.start());
      const state = await container.inspect();
      if (state && !state.running) throw ended(state.exitCode, state.oomKilled, log.text);
      await way.open();
      await this.wait(container, () => way.ask(false), startTimeoutS * 1000, log, signal);
      return {
        container,
        startedInMs: this.clock.monotonic() - began,
        get logTail() {
          return log.text;
        },
        get logBytes() {
          return log.bytes;
        },
        over: log.over,
        health: () => way.ask(),
        close,
      };
    } catch (error) {
      // A way into one that has ended cannot be opened; that it ended says more.
      const state = await container.inspect().catch(() => undefined);
      await close();
      if (state && !state.running && !(error instanceof ComponentDidNotStart))
        throw ended(state.exitCode, state.oomKilled, log.text);
      throw error;
    }
  }

  private async wait(
    container: ComponentContainer,
    health: () => Promise<string | undefined>,
    withinMs: number,
    log: LogTail,
    signal?: AbortSignal,
  ): Promise<void> {
    const began = this.clock.monotonic();
    for (;;) {
      signal?.throwIfAborted();
      const problem = await health();
      // Also where the probe found it well: an address that nobody has any more refuses nothing for seconds.
      const state = await container.inspect();
      if (!state?.running) throw ended(state?.exitCode, state?.oomKilled, log.text);
      if (problem === undefined) return;
      if (this.clock.monotonic() - began >= withinMs)
        throw new ComponentDidNotStart(
          `it was not well within ${withinMs / 1000} s: ${problem}`,
          'silent',
          log.text,
        );
      await this.clock.sleep(ASK_AGAIN_MS, signal);
    }
  }
}

function healthOf(manifest: Manifest): { port: number; ask: ProbeTarget } {
  const { type, port, path = '/' } = blockOf(manifest).health ?? {};
  if (port === undefined || (type !== 'http' && type !== 'tcp'))
    throw new ComponentDidNotStart('its manifest does not say how its health is asked', 'protocol', '');
  return { port, ask: type === 'http' ? { type, path } : { type } };
}

function ended(exitCode: number | undefined, oomKilled = false, log = ''): ComponentDidNotStart {
  return new ComponentDidNotStart(
    `it exited with code ${exitCode ?? 'unknown'} before it was well`,
    'exited',
    log,
    exitCode,
    oomKilled,
  );
}
