import { Injectable } from '@nestjs/common';
import { forChat } from '../component-registry/catalogue/for-chat';
import { ComponentJournal } from '../component-registry/installed/component-journal';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import { utcStamp } from '../shared/utc-stamp';
import type { InstalledCard, InstalledLine } from '../texts/installation-texts';
import type { UseValues } from '../texts/use-texts';
import { errorRate, type ComponentUseSum, InstalledUse, USE_DAYS } from './installed-use';
import { EarlierLocks } from './earlier-locks';
import { ITSELF } from './installation.service';
import { rightsOf } from './rights';

const HISTORY_SHOWN = 5;

/** An installed component as people are shown it. */
@Injectable()
export class InstalledView {
  constructor(
    private readonly journal: ComponentJournal,
    private readonly earlier: EarlierLocks,
    private readonly use: InstalledUse,
  ) {}

  line({ name, state, lock, next }: InstalledComponent): InstalledLine {
    return {
      ...{ name, state, version: lock.version, title: forChat(lock.manifest.title ?? name) },
      ...(next ? { next: next.lock.version } : {}),
    };
  }

  /** As {@link line}, each with how it was used. */
  async lines(components: readonly InstalledComponent[]): Promise<InstalledLine[]> {
    const used = await this.use.all();
    const nothing = { calls: 0, errors: 0, tools: [] };
    return components.map((one) => ({ ...this.line(one), use: useOf(used.get(one.name) ?? nothing) }));
  }

  async card(component: InstalledComponent): Promise<InstalledCard> {
    const { lock, next, reason, state } = component;
    const canary = next ?? (state === 'canary' ? { lock } : undefined);
    const history = await this.journal.history(component.name, HISTORY_SHOWN);
    const memory = await this.use.memoryNow(component);
    return {
      ...this.line(component),
      use: { ...useOf(await this.use.of(component.name)), ...(memory ? { memory } : {}) },
      ...{ reason, trialId: lock.trialId, approvedBy: lock.approvedBy, rights: rightsOf(lock.manifest) },
      digest: lock.image.split('@').at(-1) ?? lock.image,
      ...(canary ? { calls: await this.journal.counted(canary.lock.id) } : {}),
      earlier: [...new Set((await this.earlier.of(component)).map(({ version }) => version))],
      history: history.map(({ at, by, ...change }) => ({
        ...change,
        at: utcStamp(at),
        ...(by === ITSELF ? {} : { by }),
      })),
    };
  }
}

function useOf({ tools, ...sum }: ComponentUseSum): UseValues {
  return {
    ...{ days: USE_DAYS, ...sum, errorRate: errorRate(sum) },
    tools: tools.map(({ tool, calls, errors, p95 }) => ({
      ...{ name: tool, calls, errors, errorRate: errorRate({ calls, errors }), p95Ms: p95 },
    })),
  };
}
