import { McpFailure, type McpSession } from '../../mcp/mcp-session';
import { descriptionHash, schemaHash } from '../../mcp/tool-hash';
import { ComponentDidNotStart } from '../../tools/component-runtime';
import type { TrialScene } from '../trial-scene';
import { type Check, failed, notMeasured, passed } from './check';

const LISTED_WITHIN_MS = 10_000;

/** Its tools are the same when they are listed again, and in a second container. */
export const stability: Check = {
  number: 15,
  id: 'stability',
  ask: async (scene) => {
    if (!scene.running) return notMeasured('it does not run');
    try {
      const again = await changed(scene, scene.running.session);
      if (again !== undefined) return failed(`listed again, ${again}`);
      const second = await scene.another();
      try {
        const other = await changed(scene, second.session);
        if (other !== undefined) return failed(`in a second container, ${other}`);
      } finally {
        await second.close();
      }
    } catch (error) {
      if (!(error instanceof McpFailure || error instanceof ComponentDidNotStart)) throw error;
      return failed(`its tools could not be listed again: ${error.message}`);
    }
    return passed('its tools stay the same, listed again and in a second container');
  },
};

async function changed({ tools }: TrialScene, session: McpSession): Promise<string | undefined> {
  const now = new Map((await session.tools(LISTED_WITHIN_MS)).map((tool) => [tool.name, tool]));
  for (const { name, description = '', inputSchema } of tools) {
    const tool = now.get(name);
    if (!tool) return `${name} is gone`;
    if (descriptionHash(tool.description ?? '') !== descriptionHash(description))
      return `${name} has another description`;
    if (schemaHash(tool.inputSchema) !== schemaHash(inputSchema)) return `${name} has another schema`;
  }
  return now.size > tools.length ? 'it has more tools' : undefined;
}
