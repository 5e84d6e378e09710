import {
  ComponentVolumes,
  type KeptVolume,
  type VolumeCopy,
} from '../../../src/containers/component-volumes';

/** Volumes as names, each with the names of those it is a copy of. */
export class FakeComponentVolumes extends ComponentVolumes {
  readonly kept = new Map<string, KeptVolume & { copyOf?: string }>();
  /** Set, nothing is copied. */
  problem?: Error;
  readonly copies: VolumeCopy[] = [];

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
    this.kept.delete(name);
    return Promise.resolve();
  }

  copy(copy: VolumeCopy): Promise<void> {
    if (this.problem) return Promise.reject(this.problem);
    this.copies.push(copy);
    this.kept.set(copy.to, { name: copy.to, component: copy.component, copyOf: copy.from });
    return Promise.resolve();
  }
}
