import type { ComponentLock } from '../../component-registry/installed/component-lock';
import { blockOf } from '../../component-registry/manifest/manifest';
import type { ComponentNetwork } from '../../containers/component-networks';
import type { EventBus } from '../../events/event-bus';
import type { Clock } from '../../shared/clock';
import type { ComponentConfig } from '../component-config';
import { ComponentDidNotStart, type Purpose } from '../component-runtime';
import '../pool.events';
import { keepsData, whyNotStarted } from '../start-locked';
import { StrainWatch } from '../strain-watch';
import '../tools.events';
import type { RunningService, ServiceRuntime } from './service-runtime';
import { type ServiceHealth, type ServiceState, WatchedService, type WatchTimes } from './watched-service';

/** Age at which it is started anew, network and all. No timer of Node holds 25 days. */
export const RENEW_MS = 20 * 24 * 3_600_000;
/** Age at which the sweep removes it, if nobody did. */
const LIFETIME_MS = RENEW_MS + 2 * 24 * 3_600_000;

export interface KeepTools {
  services: ServiceRuntime;
  config: ComponentConfig;
  bus: EventBus;
  clock: Clock;
  /** @throws RdzenError ENGINE_* while a container is left that may write to what the lock's own is given */
  nothingLeft: (lock: ComponentLock) => Promise<void>;
}

/** One lock of an installed service: its network, and what runs there. */
export class KeptService {
  readonly watched: WatchedService;
  private revision = 0;
  private strain?: StrainWatch;
  private lastState: ServiceState = 'stopped';

  private constructor(
    readonly lock: ComponentLock,
    readonly network: ComponentNetwork,
    /** In which it keeps its data; absent: it keeps nothing. */
    readonly volume: string | undefined,
    private readonly tools: KeepTools,
  ) {
    const { clock, config } = tools;
    this.watched = new WatchedService((signal) => this.begin(signal), clock, timesOf(lock), {
      onChange: (health) => this.changed(health),
      due: () => (this.revision === config.revision(lock.component) ? undefined : 'reconfigured'),
      onWell: () => this.tellStrains(),
    });
  }

  /** Its network is there; it is started beside. @throws RdzenError HELPER_IMAGE_MISSING, ENGINE_* */
  static async keep(lock: ComponentLock, tools: KeepTools): Promise<KeptService> {
    const network = await tools.services.network(lock.manifest, purposeOf(lock));
    const volume = keepsData(lock) ? tools.config.volumeUnder(lock) : undefined;
    const kept = new KeptService(lock, network, volume, tools);
    void kept.watched.start();
    return kept;
  }

  get health(): ServiceHealth {
    return this.watched.health;
  }

  /** Nothing of it runs after it; containers of others must have left its network. */
  async end(): Promise<void> {
    try {
      await this.watched.stop();
    } finally {
      await this.network.close();
    }
  }

  private async begin(signal: AbortSignal): Promise<RunningService> {
    const { config, services } = this.tools;
    const { component, manifest, image } = this.lock;
    // Each start, since the removal of the one before it may have failed as well.
    await this.tools.nothingLeft(this.lock);
    const { env, redaction, revision } = await config.environment(component, manifest);
    this.revision = revision;
    const state = this.volume === undefined ? undefined : { volume: this.volume };
    let running: RunningService;
    try {
      running = await services.start(manifest, image, this.network, purposeOf(this.lock), {
        ...{ state, env, signal },
      });
    } catch (error) {
      if (!(error instanceof ComponentDidNotStart)) throw error;
      throw new ComponentDidNotStart(whyNotStarted(error, redaction), error.kind, '', error.exitCode);
    }
    try {
      await this.hold(running);
    } catch (error) {
      await running.close().catch(() => undefined);
      throw error;
    }
    this.strain = new StrainWatch(manifest, running.container, this.tools.clock);
    return {
      ...{ container: running.container, startedInMs: running.startedInMs, over: running.over },
      get logTail() {
        return redaction.text(running.logTail);
      },
      get logBytes() {
        return running.logBytes;
      },
      health: () => running.health(),
      close: () => running.close(),
    };
  }

  /** Against its lock. @throws ComponentDidNotStart where it is another one; RdzenError ENGINE_* */
  private async hold(running: RunningService): Promise<void> {
    const { component, id, imageId } = this.lock;
    const state = await running.container.inspect();
    if (!state || state.imageId === imageId) return;
    const reason = `its image is ${state.imageId}, and not ${imageId}`;
    const { bus, clock } = this.tools;
    bus.emit('component.drifted', { component, lockId: id, reason, at: clock.now() });
    throw new ComponentDidNotStart(reason, 'exited', '');
  }

  private async tellStrains(): Promise<void> {
    const { bus, clock } = this.tools;
    for (const strain of (await this.strain?.strains()) ?? [])
      bus.emit('component.strained', {
        ...{ component: this.lock.component, lockId: this.lock.id, ...strain, at: clock.now() },
      });
  }

  private changed({ state, problem = '' }: ServiceHealth): void {
    const { lastState, tools, lock } = this;
    this.lastState = state;
    if (state === lastState) return;
    const about = { component: lock.component, lockId: lock.id, at: tools.clock.now() };
    const startedInMs = Math.round(this.watched.current?.startedInMs ?? 0);
    if (state === 'healthy' && lastState === 'starting')
      tools.bus.emit('component.started', { ...about, startedInMs });
    if (state === 'waiting' || state === 'given-up')
      tools.bus.emit('component.ended', { ...about, reason: problem, failed: true });
    if (state === 'stopped')
      tools.bus.emit('component.ended', { ...about, reason: 'withdrawn', failed: false });
    if (state === 'given-up') tools.bus.emit('component.unavailable', { ...about, reason: problem });
  }
}

function purposeOf({ id }: ComponentLock): Purpose {
  return { word: 'service', labels: { 'rdzen.lock': id }, lifetimeMs: LIFETIME_MS };
}

function timesOf({ manifest }: ComponentLock): WatchTimes {
  const { intervalS, failures } = blockOf(manifest).health ?? {};
  return {
    ...(intervalS === undefined ? {} : { intervalS }),
    ...(failures === undefined ? {} : { failures }),
  };
}
