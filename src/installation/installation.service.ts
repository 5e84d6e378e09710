import { Injectable, Logger } from '@nestjs/common';
import { CallerNames } from '../access/caller-names';
import type { Approval } from '../approvals/approval';
import { ComponentJournal } from '../component-registry/installed/component-journal';
import type { ComponentLock } from '../component-registry/installed/component-lock';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import { InstalledComponents } from '../component-registry/installed/installed-components';
import { EventBus } from '../events/event-bus';
import { Clock, type Timer } from '../shared/clock';
import { RdzenError } from '../shared/rdzen-error';
import { utcStamp } from '../shared/utc-stamp';
import '../tools/tools.events';
import { ComponentData } from './component-data';
import { ComponentLife } from './component-life';
import { EarlierLocks } from './earlier-locks';
import { type ApprovalResult, InstallationRequests, type InstallWish } from './installation-requests';
import { NotAsTried } from './kinds/kind-conduct';
import { KindConducts } from './kinds/kind-conducts';
import { KindFollowUp } from './kinds/kind-follow-up';

const LOOK_EVERY_MS = 60_000;
const MOST_TRIES = 3;
const AGAIN_AFTER_MS = 10_000;
export const ITSELF = 'rdzen';

/** The life of installed components from their approval on. Steps of one component never run beside each other. */
@Injectable()
export class InstallationService {
  private readonly logger = new Logger('Installation');
  private readonly unsubscribe: (() => void)[] = [];
  private readonly bringing = new Map<string, Promise<void>>();
  private readonly stopping = new AbortController();
  private line: Promise<unknown> = Promise.resolve();
  private timer?: Timer;

  constructor(
    private readonly requests: InstallationRequests,
    private readonly conducts: KindConducts,
    private readonly followUp: KindFollowUp,
    private readonly life: ComponentLife,
    private readonly data: ComponentData,
    private readonly earlier: EarlierLocks,
    private readonly journal: ComponentJournal,
    private readonly installed: InstalledComponents,
    private readonly bus: EventBus,
    private readonly clock: Clock,
    private readonly names: CallerNames,
  ) {}

  /** Reads what is installed, and goes on with what an earlier life left on its way. */
  async start(): Promise<void> {
    for (const component of await this.journal.all()) {
      this.installed.set(component);
      this.goOn(component);
    }
    this.unsubscribe.push(
      this.bus.on('tool.called', ({ component, lockId, outcome }) =>
        this.alone(async () => {
          if (outcome === 'cancelled' || !canaryOf(this.installed.get(component), lockId)) return;
          await this.journal.count(lockId, outcome !== 'ok');
          await this.judge(component);
        }),
      ),
      this.bus.on('component.drifted', ({ component, lockId, reason }) =>
        this.alone(() => this.drifted(component, lockId, reason)),
      ),
    );
    this.followUp.start();
    this.look();
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    for (const end of this.unsubscribe) end();
    this.stopping.abort(new Error('Rdzen is stopping'));
    await Promise.all([...this.bringing.values(), this.followUp.stop()]);
    await this.line;
  }

  /** @throws RdzenError see {@link InstallationRequests.ask} */
  install(wish: InstallWish): Promise<Approval> {
    return this.alone(() => this.requests.ask(wish));
  }

  /** @throws RdzenError see {@link InstallationRequests.approve} */
  approve(code: string, by: string): Promise<ApprovalResult> {
    return this.alone(async () => {
      const result = await this.requests.approve(code, by);
      const component = this.installed.get(result.approval.subject);
      if (result.missing === 0 && component) this.goOn(component);
      return result;
    });
  }

  /** @throws RdzenError see {@link InstallationRequests.reject} */
  reject(code: string, by: string, why: string): Promise<Approval> {
    return this.alone(() => this.requests.reject(code, by, why));
  }

  /**
   * A canary, or an upgrade that is one, is used everywhere from now on.
   *
   * @throws RdzenError COMPONENT_NOT_INSTALLED, COMPONENT_STATE
   */
  promote(name: string, by: string): Promise<InstalledComponent> {
    return this.alone(async () => {
      const component = this.find(name);
      if (component.state !== 'canary' && component.next?.state !== 'canary')
        throw new RdzenError(
          'COMPONENT_STATE',
          `${component.name} is no canary, so there is nothing to promote.`,
        );
      await this.promoted(component, `promoted by ${this.names.shown(by)}`, by);
      return this.find(component.name);
    });
  }

  /**
   * To an earlier version that was in force; where none is named, an upgrade is taken back; else the previous lock comes
   * in force again; a first canary goes.
   *
   * @returns as it was, where nothing of it is left
   * @throws RdzenError COMPONENT_NOT_INSTALLED, COMPONENT_STATE, IMAGE_MISSING
   */
  async rollBack(name: string, by: string, version?: string): Promise<InstalledComponent> {
    const aim = await this.earlier.aim(this.find(name), version);
    // Beside everything else, since an image may take minutes.
    if (aim) await this.earlier.bringImage(aim);
    return this.alone(async () => {
      const component = this.find(name);
      await this.back(component, `taken back by ${this.names.shown(by)}`, by, version);
      return this.installed.get(component.name) ?? component;
    });
  }

  /**
   * What it keeps stays, and is there again when it is installed anew, unless `withData` is said. With it, one that was removed
   * before loses its data as well.
   *
   * @throws RdzenError COMPONENT_NOT_INSTALLED; ENGINE_* where its data cannot be removed: nothing has changed
   */
  remove(name: string, by: string, { withData = false } = {}): Promise<InstalledComponent> {
    return this.alone(async () => {
      const { next: _, ...component } = this.find(name, withData);
      const { volume: _volume, backup: _backup, ...bare } = component;
      const reason = `removed by ${this.names.shown(by)}${withData ? ', with its data' : ''}`;
      const gone = (as: InstalledComponent): Promise<void> =>
        this.to({ ...as, canaryRooms: [] }, 'removed', reason, by);
      if (withData)
        await this.data.wipe(component.name, async () => {
          if (component.state !== 'removed') await gone(bare);
        });
      else await gone(component);
      return this.installed.get(component.name) ?? { ...bare, state: 'removed' };
    });
  }

  /**
   * @param name in full, or its last part where that is clear
   * @param removedToo those of which nothing but their data may be left
   * @throws RdzenError COMPONENT_NOT_INSTALLED
   */
  find(name: string, removedToo = false): InstalledComponent {
    const here = this.installed.all().filter(({ state }) => removedToo || state !== 'removed');
    const found = here.filter((one) => one.name === name);
    const meant = found.length > 0 ? found : here.filter((one) => one.name.split('/').at(-1) === name);
    if (meant.length === 1 && meant[0]) return meant[0];
    throw new RdzenError(
      'COMPONENT_NOT_INSTALLED',
      `${meant.length > 1 ? 'Several components are' : 'No component is'} installed as "${name.slice(0, 200)}". !components lists them by their whole names.`,
    );
  }

  /** Steps one after the other, so that none decides on what another is changing. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.line.then(work);
    this.line = result.catch(() => undefined);
    return result;
  }

  /** What is `installing` is brought; beside everything else, since an image may take minutes. */
  private goOn({ name, state, lock, next }: InstalledComponent): void {
    const draft = next?.state === 'installing' ? next.lock : state === 'installing' ? lock : undefined;
    if (!draft || this.bringing.has(draft.id)) return;
    const work = this.bring(name, draft)
      .catch((error: unknown) => this.logger.error(`${name} was not installed: ${String(error)}`))
      .finally(() => this.bringing.delete(draft.id));
    this.bringing.set(draft.id, work);
  }

  private async bring(name: string, draft: ComponentLock): Promise<void> {
    for (let tries = 1; ; tries++)
      try {
        const lock = await this.conducts.of(draft).bring(draft);
        if (this.stopping.signal.aborted) return;
        await this.alone(() => this.arrived(name, lock));
        return;
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        const transient = error instanceof RdzenError;
        if (!transient && !(error instanceof NotAsTried)) throw error;
        if (!transient || tries >= MOST_TRIES) {
          await this.alone(() => this.failed(name, draft.id, error.message));
          return;
        }
        await this.clock.sleep(AGAIN_AFTER_MS * tries, this.stopping.signal).catch(() => undefined);
      }
  }

  private async arrived(name: string, lock: ComponentLock): Promise<void> {
    const component = this.installed.get(name);
    const reason = 'image and tools are those that were tried';
    const since = this.clock.now();
    const about = { lockId: lock.id, version: lock.version, by: ITSELF, reason };
    if (component?.next?.lock.id === lock.id) {
      await this.data.forCanary(component, lock);
      const next = { ...component.next, lock, state: 'canary' as const, since };
      await this.life.take({ component: { ...component, next }, ...about, told: 'upgrade-canary' });
    } else if (component?.state === 'installing' && component.lock.id === lock.id)
      await this.life.take({
        component: { ...component, lock, state: 'canary', reason, since },
        ...about,
        told: 'canary',
      });
  }

  private async failed(name: string, lockId: string, reason: string): Promise<void> {
    const component = this.installed.get(name);
    if (component?.next?.lock.id === lockId) await this.withoutNext(component, reason, ITSELF, 'failed');
    else if (component?.state === 'installing' && component.lock.id === lockId)
      await this.to(component, 'removed', reason, ITSELF, 'failed');
  }

  private async judge(name: string): Promise<void> {
    const component = this.installed.get(name);
    const canary = canaryOf(component);
    if (!component || !canary) return;
    const ageMs = this.clock.now() - canary.since;
    const { verdict, reason } = await this.conducts.of(canary.lock).verdict(canary.lock, ageMs);
    if (verdict === 'wait') return;
    if (verdict === 'promote') await this.promoted(component, reason, ITSELF);
    else await this.back(component, reason, ITSELF);
  }

  private async promoted(component: InstalledComponent, reason: string, by: string): Promise<void> {
    const { next, ...rest } = component;
    const since = this.clock.now();
    if (!next) return this.to({ ...rest, canaryRooms: [] }, 'active', reason, by, 'active');
    const now = { ...rest, lock: next.lock, canaryRooms: [], reason, since };
    await this.data.upgrade(component, next.lock, (data) =>
      this.life.take({ component: { ...now, ...data }, reason, by, told: 'upgraded' }),
    );
  }

  private async back(
    component: InstalledComponent,
    reason: string,
    by: string,
    version?: string,
  ): Promise<void> {
    const lock = await this.earlier.aim(component, version);
    const { next, ...rest } = component;
    if (lock)
      return this.data.goBack(component, lock, (data, restored) => {
        const as = restored === undefined ? '' : `, with its data of ${utcStamp(restored)}`;
        const back = { ...rest, ...data, lock, canaryRooms: [] };
        return this.to(back, 'active', `${reason}${as}`, by, 'back-to');
      });
    if (next) return this.withoutNext(component, reason, by, 'rolled-back');
    return this.to({ ...rest, canaryRooms: [] }, 'removed', reason, by, 'rolled-back');
  }

  private async withoutNext(
    { next, ...component }: InstalledComponent,
    reason: string,
    by: string,
    told: 'failed' | 'rolled-back',
  ): Promise<void> {
    const about = next && { lockId: next.lock.id, version: next.lock.version };
    const step = (): Promise<void> => this.life.take({ component, ...about, reason, by, told });
    await (next ? this.data.withoutCanary(component.name, next.lock, step) : step());
  }

  private async drifted(name: string, lockId: string, reason: string): Promise<void> {
    const component = this.installed.get(name);
    if (component?.next?.lock.id === lockId) await this.withoutNext(component, reason, ITSELF, 'rolled-back');
    else if (component?.lock.id === lockId && (component.state === 'active' || component.state === 'canary'))
      await this.quarantine(component, reason);
  }

  /** Nothing of it runs: an upgrade on its way goes with it, and is asked for anew. */
  private quarantine({ next: _, ...component }: InstalledComponent, reason: string): Promise<void> {
    return this.to(component, 'quarantined', reason, ITSELF, 'quarantined');
  }

  private to(
    component: InstalledComponent,
    state: InstalledComponent['state'],
    reason: string,
    by: string,
    told: Parameters<ComponentLife['take']>[0]['told'] = state === 'removed' ? 'removed' : undefined,
  ): Promise<void> {
    return this.life.take({
      component: { ...component, state, reason, since: this.clock.now() },
      reason,
      by,
      told,
      ...(state === 'removed' ? { also: (tx) => this.data.forgetSettings(component.name, tx) } : {}),
    });
  }

  private look(): void {
    this.timer = this.clock.after(LOOK_EVERY_MS, () => {
      for (const { name } of this.installed.all())
        this.alone(() => this.judge(name)).catch((error: unknown) =>
          this.logger.error(`The canary of ${name} was not judged: ${String(error)}`),
        );
      this.look();
    });
  }
}

/** What of it is on trial in daily use, under `lockId` where one is given. */
function canaryOf(
  component: InstalledComponent | undefined,
  lockId?: string,
): { lock: ComponentLock; since: number } | undefined {
  if (!component) return undefined;
  const { next, state, lock, since } = component;
  const canary = next?.state === 'canary' ? next : !next && state === 'canary' ? { lock, since } : undefined;
  return canary && (lockId === undefined || canary.lock.id === lockId) ? canary : undefined;
}
