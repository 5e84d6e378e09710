import { Injectable } from '@nestjs/common';
import { type InstalledComponent, offeredIn, type OfferedComponent } from './installed-component';

/** What is installed, in memory as it stands on disk. */
@Injectable()
export class InstalledComponents {
  private readonly components = new Map<string, InstalledComponent>();

  all(): InstalledComponent[] {
    return [...this.components.values()];
  }

  get(name: string): InstalledComponent | undefined {
    return this.components.get(name);
  }

  /** What may be called in a room, in order of names: what has tools. */
  offeredIn(roomId: string): OfferedComponent[] {
    return offeredIn(roomId, this.components.values()).filter(({ lock }) => lock.tools.length > 0);
  }

  /** In memory; whoever calls it has written it down before. */
  set(component: InstalledComponent): void {
    this.components.set(component.name, component);
  }
}
