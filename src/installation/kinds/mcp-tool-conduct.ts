import { Injectable } from '@nestjs/common';
import { ComponentJournal } from '../../component-registry/installed/component-journal';
import type { ComponentLock } from '../../component-registry/installed/component-lock';
import { judgeCanary } from '../canary-rule';
import { ComponentBringer } from '../component-bringer';
import { type Judgement, KindConduct } from './kind-conduct';

/** MCP servers: started by the first call (`tools/component-pool.ts`), so nothing is to be done beside what stands on disk. */
@Injectable()
export class McpToolConduct extends KindConduct {
  constructor(
    private readonly bringer: ComponentBringer,
    private readonly journal: ComponentJournal,
  ) {
    super();
  }

  bring(draft: ComponentLock): Promise<ComponentLock> {
    return this.bringer.bring(draft);
  }

  takeUp(): Promise<void> {
    return Promise.resolve();
  }

  letGo(): Promise<void> {
    return Promise.resolve();
  }

  async verdict({ id }: ComponentLock, ageMs: number): Promise<Judgement> {
    const count = await this.journal.counted(id);
    return {
      verdict: judgeCanary(count, ageMs),
      reason: `${count.failures} of ${count.calls} calls failed`,
    };
  }
}
