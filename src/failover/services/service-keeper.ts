import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../../config/settings';
import { ContainerEngine, type ContainerInfo } from '../../containers/container-engine';
import { CoreRegistry } from '../../core-registry/core-registry';
import { ChatApi } from '../../rocket-chat/chat-api';
import { Clock, type Timer } from '../../shared/clock';
import { RdzenError } from '../../shared/rdzen-error';
import { within } from '../../shared/within';
import { FailoverNotices } from '../failover-notices';
import { ServiceJournal } from './service-journal';

const LOOK_MS = 30_000;
const ASK_MS = 5_000;
const GRACE_MS = 30_000;
/** First starts and migrations of a database take minutes in which nothing answers. */
const YOUNG_MS = 15 * 60_000;
/** A service that is silent for this long is restarted ... */
export const SILENT_MS = 5 * 60_000;
/** ... and not again so soon. */
export const AGAIN_MS = 30 * 60_000;

export const SERVICES = ['rocketchat', 'mongodb'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** How a service that Rdzen does not run, and cannot do without, is doing. */
export interface ServiceView {
  name: ServiceName;
  /** Of its container; `gone`: there is none; `unknown`: the engine does not tell. */
  state: ContainerInfo['state'] | 'gone' | 'unknown';
  /** What its health check says, or whether it answers. */
  well: boolean;
  /** Epoch ms. */
  silentSince?: number;
  /** Why it counts as silent. */
  reason?: string;
}

interface Watched {
  view: ServiceView;
  container: string;
  /** Monotonic ms. */
  silentFrom?: number;
}

/**
 * Watches the containers of the chat server and its database. They are restarted when an administrator says so, and by
 * itself only after five silent minutes, at most once in half an hour: nothing else about them is ever changed.
 */
@Injectable()
export class ServiceKeeper {
  private readonly logger = new Logger(ServiceKeeper.name);
  private readonly watched = new Map<ServiceName, Watched>();
  private readonly ending = new AbortController();
  private timer?: Timer;
  private working: Promise<void> = Promise.resolve();

  constructor(
    settings: Settings,
    private readonly engine: ContainerEngine,
    private readonly chat: ChatApi,
    private readonly registry: CoreRegistry,
    private readonly journal: ServiceJournal,
    private readonly notices: FailoverNotices,
    private readonly clock: Clock,
  ) {
    const containers = {
      rocketchat: settings.RDZEN_CONTAINER_ROCKETCHAT,
      mongodb: settings.RDZEN_CONTAINER_MONGODB,
    };
    for (const name of SERVICES) {
      const container = containers[name];
      if (container !== undefined)
        this.watched.set(name, { container, view: { name, state: 'unknown', well: true } });
    }
  }

  start(): void {
    if (this.watched.size > 0) this.look();
  }

  async stop(): Promise<void> {
    this.ending.abort(new Error('stopping'));
    this.timer?.cancel();
    await this.working;
  }

  all(): ServiceView[] {
    return [...this.watched.values()].map(({ view }) => view);
  }

  /**
   * @param by `api:<key id>` or `chat:<user id>`
   * @throws RdzenError SERVICE_NOT_FOUND where its container is not named; ENGINE_*
   */
  async restart(name: string, by: string): Promise<void> {
    const found = this.watched.get(name as ServiceName);
    if (found) return this.restartNow(found, by, 'asked for');
    throw new RdzenError(
      'SERVICE_NOT_FOUND',
      `There is no service ${name} that Rdzen may restart; there are: ${[...this.watched.keys()].join(', ') || 'none'}. Name its container by RDZEN_CONTAINER_ROCKETCHAT or RDZEN_CONTAINER_MONGODB.`,
    );
  }

  private look(): void {
    this.working = Promise.all([...this.watched.values()].map((each) => this.lookAt(each)))
      .then(() => undefined)
      .catch((error: unknown) => this.logger.error(`Looking after the services failed: ${String(error)}`))
      .finally(() => {
        if (!this.ending.signal.aborted) this.timer = this.clock.after(LOOK_MS, () => this.look());
      });
  }

  private async lookAt(each: Watched): Promise<void> {
    const { name } = each.view;
    const { state, health, startedAt = 0 } = await this.inspect(each.container);
    const reason = problemOf(state, health) ?? (name === 'rocketchat' ? await this.silence() : undefined);
    const young = state === 'running' && this.clock.now() - startedAt < YOUNG_MS;
    if (this.ending.signal.aborted) return;
    const now = this.clock.monotonic();
    if (reason === undefined) {
      if (each.silentFrom !== undefined) this.logger.log(`${name} is well again`);
      each.silentFrom = undefined;
      each.view = { name, state, well: true };
      return;
    }
    if (each.silentFrom === undefined) this.logger.warn(`${name} is not well: ${reason}`);
    each.silentFrom ??= now;
    each.view = { name, state, well: false, silentSince: each.view.silentSince ?? this.clock.now(), reason };
    if (!young && now - each.silentFrom >= SILENT_MS && (await this.mayRestart(each))) {
      await this.restartNow(each, 'automatic', reason);
      await this.notices.writeAlert(`service:${name}:${each.view.silentSince}`, (text) =>
        text.serviceRestarted({ service: name, reason }),
      );
    }
  }

  private async mayRestart({ view: { name, state } }: Watched): Promise<boolean> {
    // What somebody stopped stays stopped, and nothing is repaired in a pause.
    if (state === 'stopped' || state === 'gone' || state === 'unknown') return false;
    if (this.registry.cluster.has('paused') || this.registry.cluster.has('tilted')) return false;
    const last = await this.journal.lastRestart(name);
    return last === undefined || this.clock.now() - last >= AGAIN_MS;
  }

  private async restartNow(
    { container, view: { name } }: Watched,
    by: string,
    reason: string,
  ): Promise<void> {
    this.logger.warn(`${name} is restarted, by ${by}: ${reason}`);
    // First written down: a crash in between must not lead to a second one.
    const id = await this.journal.begin(name, by, reason);
    try {
      await this.engine.restart(container, GRACE_MS);
      await this.journal.finish(id, 'restarted');
    } catch (error) {
      await this.journal.finish(id, error instanceof Error ? error.message : String(error));
      if (by !== 'automatic') throw error;
      this.logger.error(error instanceof Error ? error.message : String(error));
    }
  }

  private async inspect(
    container: string,
  ): Promise<Pick<ContainerInfo, 'health' | 'startedAt'> & Pick<ServiceView, 'state'>> {
    try {
      const info = await this.asked('the engine', this.engine.inspect(container));
      return info ?? { state: 'gone' };
    } catch {
      return { state: 'unknown' };
    }
  }

  private asked<T>(whom: string, work: Promise<T>): Promise<T> {
    return within(this.clock, ASK_MS, whom, work, this.ending.signal);
  }

  /** Why the chat server counts as silent. */
  private async silence(): Promise<string | undefined> {
    try {
      await this.asked('the chat server', this.chat.serverVersion());
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

function problemOf(state: ServiceView['state'], health: ContainerInfo['health']): string | undefined {
  if (state === 'unknown') return undefined;
  if (state !== 'running') return state === 'gone' ? 'its container is gone' : `its container is ${state}`;
  return health === 'unhealthy' ? 'its health check fails' : undefined;
}
