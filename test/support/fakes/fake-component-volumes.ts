import {
  ComponentVolumes,
  type KeptVolume,
  type VolumeCopy,
  type VolumeMeasure,
} from '../../../src/containers/component-volumes';
import { RdzenError } from '../../../src/shared/rdzen-error';

/** Volumes as names, each with the names of those it is a copy of. */
export class FakeComponentVolumes extends ComponentVolumes {
  readonly kept = new Map<string, KeptVolume & { copyOf?: string }>();
  /** Set, nothing is copied. */
  problem?: Error;
  readonly copies: VolumeCopy[] = [];
  /** By volume. */
  readonly sizes = new Map<string, number>();
  readonly measured: VolumeMeasure[] = [];
  /** Volumes of containers that are there: an engine removes none of those. */
  readonly used: (() => (string | undefined)[])[] = [];

  make(name: string, component: string): void {
    if (!this.kept.has(name)) this.kept.set(name, { name, component });
  }

  exists(name: string): Promise<boolean> {
    return Promise.resolve(this.kept.has(name));
  }

  of(component: string): Promise<KeptVolume[]> {
    return Promise.resolve([...this.kept.values()].filter((one) => one.component === component));
  }

  remove(name: string): Promise<void> {
    if (this.used.some((names) => names().includes(name)))
      return Promise.reject(new RdzenError('ENGINE_FAILED', `remove ${name}: volume is in use`));
    this.kept.delete(name);
    return Promise.resolve();
  }

  discard(name: string): Promise<void> {
    return this.remove(name);
  }

  bytes(measure: VolumeMeasure): Promise<number | undefined> {
    this.measured.push(measure);
    if (this.problem) return Promise.reject(this.problem);
    const { volume, most } = measure;
    return Promise.resolve(this.kept.has(volume) ? Math.min(most, this.sizes.get(volume) ?? 0) : undefined);
  }

  async copy(copy: VolumeCopy): Promise<void> {
    if (this.problem) throw this.problem;
    await this.remove(copy.to);
    this.copies.push(copy);
    this.kept.set(copy.to, { name: copy.to, component: copy.component, copyOf: copy.from });
  }
}
