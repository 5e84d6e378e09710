import { Injectable } from '@nestjs/common';
import type { ComponentLock, LockedTool } from '../component-registry/installed/component-lock';
import { blockOf } from '../component-registry/manifest/manifest';
import { ComponentContainers } from '../containers/component-containers';
import { ContainerImages } from '../containers/container-images';
import { type ListedTool, McpFailure } from '../mcp/mcp-session';
import { descriptionHash, schemaHash } from '../mcp/tool-hash';
import { CrashPoints } from '../shared/crash-points';
import { ComponentDidNotStart, ComponentRuntime } from '../tools/component-runtime';
import { keepsData } from '../tools/start-locked';
import { NotAsTried } from './kinds/kind-conduct';
import { imageOf } from './kinds/lock-image';

const LISTED_WITHIN_MS = 10_000;
const LIFETIME_MS = 120_000;

/** Gets the image of an approved lock, starts it once, and holds what it finds against what was tried. */
@Injectable()
export class ComponentBringer {
  constructor(
    private readonly images: ContainerImages,
    private readonly runtime: ComponentRuntime,
    private readonly containers: ComponentContainers,
    private readonly crash: CrashPoints,
  ) {}

  /**
   * Leaves nothing running, and may be done again from the beginning.
   *
   * @param draft with the hashes of the trial, and no texts yet
   * @returns the lock with the image's id, the whole text of each tool, and the protocol's version
   * @throws NotAsTried
   * @throws RdzenError ENGINE_*, REGISTRY_*, IMAGE_MISSING, TOO_MANY_COMPONENTS: it may go better later
   */
  async bring(draft: ComponentLock): Promise<ComponentLock> {
    const image = await imageOf(draft.image, this.images);
    this.crash.reach('component-pulled');
    const { listed, protocolVersion } = await this.listOnce(draft);
    const tools = compared(draft, listed);
    this.crash.reach('component-compared');
    return { ...draft, imageId: image.id, tools, protocolVersion };
  }

  private async listOnce(draft: ComponentLock): Promise<{ listed: ListedTool[]; protocolVersion: string }> {
    const purpose = { word: 'install', labels: { 'rdzen.lock': draft.id }, lifetimeMs: LIFETIME_MS };
    // Nothing of what it keeps is touched before it is a canary.
    const volume = `rdzen-install-${draft.id.toLowerCase()}-state`;
    try {
      const state = keepsData(draft) ? { volume, fleeting: true } : undefined;
      const running = await this.runtime.start(draft.manifest, draft.image, purpose, state);
      try {
        const { session } = running;
        return { listed: await session.tools(LISTED_WITHIN_MS), protocolVersion: session.protocolVersion };
      } finally {
        await running.close();
        if (state) await this.containers.volumes.remove(volume).catch(() => undefined);
      }
    } catch (error) {
      if (error instanceof ComponentDidNotStart || error instanceof McpFailure)
        throw new NotAsTried(`it did not run: ${error.message}`);
      throw error;
    }
  }
}

/** Effect and egress come from the manifest, texts from the server; those are held to the hashes of the trial. */
function compared(draft: ComponentLock, listed: readonly ListedTool[]): LockedTool[] {
  const rights = new Map((blockOf(draft.manifest).tools ?? []).map((right) => [right.name, right]));
  const live = new Map(listed.map((tool) => [tool.name, tool]));
  if (live.size !== listed.length) throw new NotAsTried('two of its tools have one name');
  for (const { name } of listed)
    if (!draft.tools.some((tool) => tool.name === name))
      throw new NotAsTried(`the tool ${name} was not tried`);
  return draft.tools.map((tried) => {
    const found = live.get(tried.name);
    const right = rights.get(tried.name);
    if (!found || !right) throw new NotAsTried(`the tool ${tried.name} is missing`);
    const { description = '', inputSchema, outputSchema } = found;
    if (descriptionHash(description) !== tried.descriptionHash)
      throw new NotAsTried(`the tool ${tried.name} has another description than in its trial`);
    if (schemaHash(inputSchema) !== tried.schemaHash)
      throw new NotAsTried(`the tool ${tried.name} has another schema than in its trial`);
    return {
      ...{ name: tried.name, description, inputSchema },
      ...(outputSchema === undefined ? {} : { outputSchema }),
      ...{ effect: right.effect, egress: right.egress ?? false },
      ...{ descriptionHash: tried.descriptionHash, schemaHash: tried.schemaHash },
    };
  });
}
