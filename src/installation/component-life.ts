import { Injectable, Logger } from '@nestjs/common';
import { CallerNames } from '../access/caller-names';
import { silent } from '../shared/for-chat';
import { type AskedIn, ComponentJournal } from '../component-registry/installed/component-journal';
import { componentTransition, type LifeState } from '../component-registry/installed/component-states';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import { blockOf } from '../component-registry/manifest/manifest';
import { InstalledComponents } from '../component-registry/installed/installed-components';
import '../component-registry/installed/installed.events';
import type { Language } from '../config/settings';
import { EventBus } from '../events/event-bus';
import { NoticeJournal } from '../journal/notice-journal';
import type { NewNotice } from '../journal/journal.types';
import { ADMIN_ROOM } from '../rooms/admin-room';
import { LanguageOf } from '../rooms/language-of';
import { Clock } from '../shared/clock';
import { CrashPoints } from '../shared/crash-points';
import { RdzenError } from '../shared/rdzen-error';
import { Store, type Transaction } from '../storage/store';
import type { ComponentChangeValues } from '../texts/installation-texts';
import { texts } from '../texts/texts';

/** What people are told of a change. */
export type ToldChange = ComponentChangeValues['change'];

export interface Step {
  /** As it is afterwards. */
  component: InstalledComponent;
  /** The lock the step is about, where it is not that of `component`. */
  lockId?: string;
  version?: string;
  /** For people and the history. */
  reason: string;
  by: string;
  told?: ToldChange;
  /** Written in the same transaction. */
  also?: (tx: Transaction) => Promise<void>;
}

/** The only way in which an installed component changes: on disk first, then in memory, then told. */
@Injectable()
export class ComponentLife {
  private readonly logger = new Logger('Components');

  constructor(
    private readonly store: Store,
    private readonly journal: ComponentJournal,
    private readonly installed: InstalledComponents,
    private readonly notices: NoticeJournal,
    private readonly languages: LanguageOf,
    private readonly bus: EventBus,
    private readonly clock: Clock,
    private readonly crash: CrashPoints,
    private readonly names: CallerNames,
  ) {}

  /** State, history and messages are one: after a crash all of them are there, or none. */
  async take({ component, reason, by, told, also, ...about }: Step): Promise<void> {
    const { name, state: to, lock } = component;
    const from: LifeState = this.installed.get(name)?.state ?? 'none';
    if (!componentTransition(from, to))
      throw new RdzenError(
        'COMPONENT_STATE',
        `${name} is ${from} and cannot become ${to}. See !components ${name}.`,
      );
    const at = this.clock.now();
    const { lockId = lock.id, version = lock.version } = about;
    const byName = this.names.of(by);
    const who = { by, ...(byName === undefined ? {} : { byName }) };
    const change = { name, from, to, lockId, version, reason, ...who, at };
    const title = lock.manifest.title ?? name;
    const { kind } = blockOf(lock.manifest);
    const values = {
      ...{ title, version, reason: silent(reason), service: kind === 'service' },
      ...(kind === 'core' ? { answers: true as const } : {}),
    };
    const messages = told ? await this.messages(lockId, { ...values, change: told }, at) : [];
    await this.store.transaction(async (tx) => {
      await this.journal.write(component, change, tx);
      await also?.(tx);
      await this.notices.write(messages, tx);
    });
    this.crash.reach('component-changed');
    this.installed.set(component);
    for (const { key } of messages) this.notices.announce(key);
    this.logger.log(`${name} ${version}: ${from} -> ${to}, ${reason}`);
    this.bus.emit('component.changed', { component: name, from, to, lockId, version, reason, by, at });
  }

  private async messages(lockId: string, values: ComponentChangeValues, at: number): Promise<NewNotice[]> {
    const asked = await this.journal.askedIn(lockId);
    const rooms: (Omit<AskedIn, 'language'> & { language: Language })[] = [
      { roomId: ADMIN_ROOM, language: await this.languages.of(ADMIN_ROOM) },
      ...(asked ? [asked] : []),
    ];
    return rooms.map(({ roomId, threadId, language }, index) => ({
      key: `component-${lockId}-${values.change}-${at}-${index}`,
      ...{ roomId, text: texts(language).componentChanged(values) },
      ...(threadId === undefined ? {} : { threadId }),
    }));
  }
}
