import { Injectable } from '@nestjs/common';
import type { CoreContainerSpec } from '../containers/core-containers';
import { Store } from '../storage/store';

/** Configured cores have the numbers 1 to 8, so that none of them ever takes the number of a further one. */
const FIRST_ID = 11;

/**
 * - `joining`: its container is being made
 * - `joined`: one of the set
 * - `leaving`: on its way out, whatever happens
 * - `gone`: nothing of it is left
 */
export type FurtherCorePhase = 'joining' | 'joined' | 'leaving' | 'gone';

export interface FurtherCore {
  id: number;
  /** Name of the component it came as. */
  component: string;
  /** Id of the component's lock, which says what it runs. No two cores are of the same lock. */
  lock: string;
  phase: FurtherCorePhase;
  /** Questions it answers at once. */
  slots: number;
  spec: CoreContainerSpec;
  /** Known from `joined` on. */
  url?: string;
}

/** Of those that are gone. */
const MOST_GONE = 20;

interface Row {
  id: number;
  component: string;
  lock: string;
  phase: FurtherCorePhase;
  slots: number;
  spec: string;
  url: string | null;
}

/** On disk: the cores that came as components, and how far each is. */
@Injectable()
export class FurtherCores {
  constructor(private readonly store: Store) {}

  /** All that are not gone, by number. */
  async all(): Promise<FurtherCore[]> {
    const rows = await this.store.all<Row>("SELECT * FROM further_cores WHERE phase <> 'gone' ORDER BY id");
    return rows.map(({ spec, url, ...row }) => ({
      ...row,
      spec: JSON.parse(spec) as CoreContainerSpec,
      ...(url === null ? {} : { url }),
    }));
  }

  /** Names of the containers of those that went last. */
  async lastGone(): Promise<string[]> {
    const rows = await this.store.all<Pick<Row, 'spec'>>(
      "SELECT spec FROM further_cores WHERE phase = 'gone' ORDER BY id DESC LIMIT ?",
      MOST_GONE,
    );
    return rows.map(({ spec }) => (JSON.parse(spec) as CoreContainerSpec).name);
  }

  async of(lock: string): Promise<FurtherCore | undefined> {
    return (await this.all()).find((each) => each.lock === lock);
  }

  /** A number that no core ever had. @param taken numbers of the configured cores */
  async nextId(taken: readonly number[]): Promise<number> {
    const row = await this.store.get<{ top: number | null }>('SELECT MAX(id) AS top FROM further_cores');
    return Math.max(FIRST_ID - 1, row?.top ?? 0, ...taken) + 1;
  }

  async add({ id, component, lock, phase, slots, spec }: FurtherCore): Promise<void> {
    await this.store.run(
      'INSERT INTO further_cores (id, component, lock, phase, slots, spec) VALUES (?, ?, ?, ?, ?, ?)',
      ...[id, component, lock, phase, slots, JSON.stringify(spec)],
    );
  }

  async move(id: number, phase: FurtherCorePhase, url?: string): Promise<void> {
    await this.store.run(
      'UPDATE further_cores SET phase = ?, url = COALESCE(?, url) WHERE id = ?',
      ...[phase, url ?? null, id],
    );
  }
}
