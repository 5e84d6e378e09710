import { Injectable } from '@nestjs/common';
import { shownName } from '../access/caller-names';
import { forChat, silent } from '../shared/for-chat';
import { ComponentJournal } from '../component-registry/installed/component-journal';
import { approversOf } from '../component-registry/installed/component-lock';
import { blockOf } from '../component-registry/manifest/manifest';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import { CoreRegistry } from '../core-registry/core-registry';
import { shownState } from '../core-registry/core-states';
import { utcStamp } from '../shared/utc-stamp';
import type { InstalledCard, InstalledLine } from '../texts/installation-texts';
import type { UseValues } from '../texts/use-texts';
import type { KeptDataUse } from '../tools/kept-data';
import { LEAST_CALLS } from './canary-rule';
import { errorRate, type ComponentUseSum, InstalledUse, USE_DAYS } from './installed-use';
import { EarlierLocks } from './earlier-locks';
import { ITSELF } from './installation.service';
import { rightsOf } from './rights';
import { InstalledHealth } from './installed-health';

const HISTORY_SHOWN = 5;
/** Enough to tell images apart; the API has the whole of it. */
const DIGEST_SHOWN = 'sha256:'.length + 12;
const MIB = 2 ** 20;

/** An installed component as people are shown it. */
@Injectable()
export class InstalledView {
  constructor(
    private readonly journal: ComponentJournal,
    private readonly earlier: EarlierLocks,
    private readonly use: InstalledUse,
    private readonly health: InstalledHealth,
    private readonly cores: CoreRegistry,
  ) {}

  line(component: InstalledComponent): InstalledLine {
    const { name, state, lock, next } = component;
    const service = this.health.of(component);
    return {
      ...{ name, state, version: lock.version, title: forChat(lock.manifest.title ?? name) },
      ...(next ? { next: { version: next.lock.version, state: next.state } } : {}),
      ...(service ? { service, usedBy: this.health.usersOf(name) } : {}),
      ...(blockOf(lock.manifest).kind === 'core' ? { cores: this.coresOf(name) } : {}),
    };
  }

  private coresOf(name: string): NonNullable<InstalledLine['cores']> {
    const all = this.cores.all().filter(({ component }) => component === name);
    return all.map((core) => ({ id: core.id, state: shownState(core) }));
  }

  /** As {@link line}, each with how it was used. */
  async lines(components: readonly InstalledComponent[]): Promise<InstalledLine[]> {
    const used = await this.use.all();
    const nothing = { calls: 0, errors: 0, tools: [] };
    return components.map((one) => ({ ...this.line(one), use: useOf(used.get(one.name) ?? nothing) }));
  }

  async card(component: InstalledComponent): Promise<InstalledCard> {
    const { lock, next, reason, state } = component;
    const canary = next?.state === 'canary' ? next : state === 'canary' ? { lock } : undefined;
    const count = canary && (await this.journal.counted(canary.lock.id));
    const history = await this.journal.history(component.name, HISTORY_SHOWN);
    const memory = await this.use.memoryNow(component);
    const kept = this.use.keptNow(component);
    return {
      ...this.line(component),
      use: {
        ...useOf(await this.use.of(component.name)),
        ...(memory ? { memory } : {}),
        ...(kept ? { kept: keptOf(kept) } : {}),
      },
      ...{
        reason: silent(reason),
        trialId: lock.trialId,
        approvedBy: approversOf(lock).map(silent),
        rights: rightsOf(lock.manifest),
      },
      refused: (await this.use.refused(component.name)).map(({ host, port, reason, times, lastAt }) => ({
        target: inCode(port === '' ? host : `${host}:${port}`),
        ...{ reason, times, last: utcStamp(lastAt) },
      })),
      digest: (lock.image.split('@').at(-1) ?? lock.image).slice(0, DIGEST_SHOWN),
      ...(canary && count ? { calls: { version: canary.lock.version, needed: LEAST_CALLS, ...count } } : {}),
      earlier: [...new Set((await this.earlier.of(component)).map(({ version }) => version))],
      history: history.map(({ at, by, byName, ...change }) => ({
        ...change,
        ...{ at: utcStamp(at), reason: silent(change.reason) },
        ...(by === ITSELF ? {} : { by: silent(shownName(by, byName)) }),
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

/** It is put between backticks. */
function inCode(text: string): string {
  return text.replaceAll('`', '?');
}

function keptOf({ bytes, limitBytes, isOver }: KeptDataUse): NonNullable<UseValues['kept']> {
  return { usedMiB: Math.round((bytes / MIB) * 10) / 10, limitMiB: limitBytes / MIB, isOver };
}
