import { Injectable } from '@nestjs/common';
import type { ComponentLock } from '../../component-registry/installed/component-lock';
import { blockOf, type ComponentKind } from '../../component-registry/manifest/manifest';
import { CoreConduct } from './core-conduct';
import type { KindConduct } from './kind-conduct';
import { McpToolConduct } from './mcp-tool-conduct';
import { ServiceConduct } from './service-conduct';

/** Which conduct a component has: by its kind alone. */
@Injectable()
export class KindConducts {
  private readonly table: Record<ComponentKind, KindConduct>;

  constructor(mcpTool: McpToolConduct, service: ServiceConduct, core: CoreConduct) {
    this.table = {
      'mcp-tool': mcpTool,
      service,
      core,
    };
  }

  of({ manifest }: Pick<ComponentLock, 'manifest'>): KindConduct {
    return this.table[blockOf(manifest).kind];
  }
}
