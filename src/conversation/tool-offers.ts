import { Injectable } from '@nestjs/common';
import { InstalledComponents } from '../component-registry/installed/installed-components';
import { offeredTools } from '../tools/offered-tool';
import { ToolShelf } from '../tools/tool-shelf';

const MOST_KEPT = 8;

/** The tools of a room. What is offered changes seldom: a shelf is made once for each set of locks. */
@Injectable()
export class ToolOffers {
  private readonly shelves = new Map<string, ToolShelf>();

  constructor(private readonly installed: InstalledComponents) {}

  /** Undefined where nothing is installed, now or ever: then a turn is what it was without components. */
  inRoom(roomId: string): ToolShelf | undefined {
    const components = this.installed.offeredIn(roomId);
    if (components.length === 0) return undefined;
    const key = components.map(({ lock, canary }) => `${lock.id}${canary ? '*' : ''}`).join(' ');
    const shelf = this.shelves.get(key) ?? new ToolShelf(offeredTools(components));
    this.shelves.delete(key);
    this.shelves.set(key, shelf);
    if (this.shelves.size > MOST_KEPT) this.shelves.delete(this.shelves.keys().next().value ?? '');
    return shelf.tools.size > 0 ? shelf : undefined;
  }

  /** Of a room whose components are gone, while an answer that used them is not finished. */
  empty(): ToolShelf {
    return new ToolShelf(new Map());
  }

  /** Whether an answer that was begun before may have used tools. */
  get everUsed(): boolean {
    return this.installed.all().length > 0;
  }
}
