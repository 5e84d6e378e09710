import { Injectable } from '@nestjs/common';
import { forChat } from '../component-registry/catalogue/for-chat';
import { ComponentJournal } from '../component-registry/installed/component-journal';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import { utcStamp } from '../shared/utc-stamp';
import type { InstalledCard, InstalledLine } from '../texts/installation-texts';
import { EarlierLocks } from './earlier-locks';
import { rightsOf } from './rights';

const HISTORY_SHOWN = 5;

/** An installed component as people are shown it. */
@Injectable()
export class InstalledView {
  constructor(
    private readonly journal: ComponentJournal,
    private readonly earlier: EarlierLocks,
  ) {}

  line({ name, state, lock, next }: InstalledComponent): InstalledLine {
    return {
      ...{ name, state, version: lock.version, title: forChat(lock.manifest.title ?? name) },
      ...(next ? { next: next.lock.version } : {}),
    };
  }

  async card(component: InstalledComponent): Promise<InstalledCard> {
    const { lock, next, reason, state } = component;
    const canary = next ?? (state === 'canary' ? { lock } : undefined);
    const history = await this.journal.history(component.name, HISTORY_SHOWN);
    return {
      ...this.line(component),
      ...{ reason, trialId: lock.trialId, approvedBy: lock.approvedBy, rights: rightsOf(lock.manifest) },
      digest: lock.image.split('@').at(-1) ?? lock.image,
      ...(canary ? { calls: await this.journal.counted(canary.lock.id) } : {}),
      earlier: [...new Set((await this.earlier.of(component)).map(({ version }) => version))],
      history: history.map(({ at, ...change }) => ({ ...change, at: utcStamp(at) })),
    };
  }
}
