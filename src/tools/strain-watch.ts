import { blockOf, type Manifest } from '../component-registry/manifest/manifest';
import type { ComponentContainer } from '../containers/component-containers';
import type { Clock } from '../shared/clock';
import { limitsOf } from './component-runtime';

const STRAINED = 0.8;

export type Strain = { of: 'memory' | 'processor'; percent: number };

/** What one container takes of what it may take. */
export class StrainWatch {
  private lastUse?: { cpuMs: number; at: number };
  private readonly told = new Set<Strain['of']>();

  constructor(
    private readonly manifest: Manifest,
    private readonly container: Pick<ComponentContainer, 'use'>,
    private readonly clock: Clock,
  ) {}

  /** What it takes most of, told once each. */
  async strains(): Promise<Strain[]> {
    const { resources, permissions } = blockOf(this.manifest);
    const limits = limitsOf(resources, permissions?.filesystem?.scratchMiB);
    // An engine that does not tell is no fault of the component.
    const use = await this.container.use().catch(() => undefined);
    if (!use) return [];
    const now = this.clock.monotonic();
    const { lastUse } = this;
    this.lastUse = { cpuMs: use.cpuMs, at: now };
    const shares: [Strain['of'], number][] = [['memory', use.memoryBytes / limits.memoryBytes]];
    if (lastUse && now > lastUse.at)
      shares.push(['processor', (use.cpuMs - lastUse.cpuMs) / (now - lastUse.at) / limits.cpus]);
    return shares
      .filter(([of, share]) => share >= STRAINED && !this.told.has(of))
      .map(([of, share]) => {
        this.told.add(of);
        return { of, percent: Math.round(share * 100) };
      });
  }
}
