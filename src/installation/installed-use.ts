import { Injectable } from '@nestjs/common';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import { blockOf, DEFAULT_RESOURCES } from '../component-registry/manifest/manifest';
import { ComponentPool } from '../tools/component-pool';
import { EgressDenials, type RefusedTarget } from '../tools/egress-denials';
import { KeptData, type KeptDataUse } from '../tools/kept-data';
import { type ToolTotal, ToolUsage } from '../tools/tool-usage';

/** Today is the last of them. */
export const USE_DAYS = 7;
const MIB = 2 ** 20;

/** How much a component was used in the last days, all its versions together. Calls that people gave up do not count. */
export interface ComponentUseSum {
  calls: number;
  errors: number;
  /** Those that were called most first. */
  tools: ToolTotal[];
}

/** What it takes now; undefined where it sleeps, or the engine does not tell. */
export interface MemoryNow {
  usedMiB: number;
  limitMiB: number;
}

/** How installed components are used: out of the counts per tool, and of what runs now. */
@Injectable()
export class InstalledUse {
  constructor(
    private readonly usage: ToolUsage,
    private readonly pool: ComponentPool,
    private readonly denials: EgressDenials,
    private readonly kept: KeptData,
  ) {}

  /** By name of the component; of those that were called. */
  async all(component?: string): Promise<Map<string, ComponentUseSum>> {
    const sums = new Map<string, ComponentUseSum>();
    for (const total of await this.usage.totals({ component, days: USE_DAYS })) {
      const sum = sums.get(total.component) ?? { calls: 0, errors: 0, tools: [] };
      sums.set(total.component, sum);
      sum.calls += total.calls;
      sum.errors += total.errors;
      sum.tools.push(total);
    }
    for (const { tools } of sums.values()) tools.sort((a, b) => b.calls - a.calls);
    return sums;
  }

  async of(component: string): Promise<ComponentUseSum> {
    return (await this.all(component)).get(component) ?? { calls: 0, errors: 0, tools: [] };
  }

  /** What it wanted to reach and was refused, the last one first. */
  refused(component: string): Promise<RefusedTarget[]> {
    return this.denials.of(component);
  }

  /** As it was measured last; undefined where it keeps nothing, or was not measured yet. */
  keptNow({ lock }: InstalledComponent): KeptDataUse | undefined {
    return this.kept.of(lock);
  }

  async memoryNow({ name, lock }: InstalledComponent): Promise<MemoryNow | undefined> {
    const bytes = await this.pool.memoryBytes(name);
    if (bytes === undefined) return undefined;
    const { memoryMiB } = { ...DEFAULT_RESOURCES, ...blockOf(lock.manifest).resources };
    return { usedMiB: Math.round(bytes / MIB), limitMiB: memoryMiB };
  }
}

/** Percent; 0 where nothing was called. */
export function errorRate({ calls, errors }: { calls: number; errors: number }): number {
  return calls === 0 ? 0 : Math.round((errors / calls) * 1000) / 10;
}
