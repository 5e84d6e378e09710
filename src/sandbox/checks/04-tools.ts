import { type ListedTool, McpFailure } from '../../mcp/mcp-session';
import { type SchemaJudge, SchemaTookTooLong } from '../../mcp/schema-judge';
import { descriptionHash, schemaHash } from '../../mcp/tool-hash';
import { SchemaRefused } from '../../mcp/tool-schema';
import { visibleExcerpt } from '../../mcp/visible-excerpt';
import type { TrialScene } from '../trial-scene';
import { type Check, failed, passed } from './check';

const LISTED_WITHIN_MS = 10_000;
const NAME = /^[A-Za-z0-9_.-]{1,128}$/;
/** Published servers have up to 3 KB; what a model is shown of it is shortened (tools/tool-shelf.ts). */
const MOST_DESCRIPTION = 4 * 1024;
const MOST_ALL = 64 * 1024;

/** The tools: named as tools are, each once, with a schema that can be used, small enough, and those of the manifest. */
export const tools: Check = {
  number: 4,
  id: 'tools',
  ask: async (scene) => {
    if (!scene.running) return failed('it does not run');
    const { session, startedInMs } = scene.running;
    const began = scene.clock.monotonic();
    let listed;
    try {
      listed = await session.tools(LISTED_WITHIN_MS);
    } catch (error) {
      if (!(error instanceof McpFailure)) throw error;
      const [violation] = session.transport.violations;
      const why = violation ? ` (${violation.kind}: ${violation.detail})` : '';
      return failed(`its list of tools: ${error.message}${visibleExcerpt(why, 120)}`);
    }
    scene.startToToolsMs = startedInMs + scene.clock.monotonic() - began;
    const problems: string[] = [];
    const declared = new Map((scene.block.tools ?? []).map((right) => [right.name, right]));
    const names = new Set<string>();
    const bytes = Buffer.byteLength(JSON.stringify(listed));
    if (bytes > MOST_ALL)
      return failed(`its ${listed.length} tools have ${bytes} bytes together; at most ${MOST_ALL}`);
    scene.tools = [];
    for (const tool of listed) {
      const shown = visibleExcerpt(tool.name, 60);
      if (!NAME.test(tool.name)) problems.push(`"${shown}" is no name of a tool`);
      else if (names.has(tool.name)) problems.push(`two tools are called ${shown}`);
      names.add(tool.name);
      const right = declared.get(tool.name);
      if (!right) problems.push(`${shown} is not in its manifest`);
      const description = Buffer.byteLength(tool.description ?? '');
      if (description > MOST_DESCRIPTION)
        problems.push(`the description of ${shown} has ${description} bytes`);
      try {
        await judge(scene.schemas, tool);
        scene.tools.push({ ...tool, ...(right ? { right } : {}) });
      } catch (error) {
        if (!(error instanceof SchemaRefused || error instanceof SchemaTookTooLong)) throw error;
        problems.push(`the schema of ${shown}: ${visibleExcerpt(error.message, 120)}`);
      }
    }
    for (const name of declared.keys())
      if (!names.has(name)) problems.push(`${name} of its manifest is missing`);
    problems.push(...changedSinceManifest(scene));
    const [first] = problems;
    if (first !== undefined)
      return failed(problems.length > 1 ? `${first}, and more` : first, problems.slice(0, 20));
    return passed(
      `${listed.length} ${listed.length === 1 ? 'tool' : 'tools'}, ${bytes} bytes, as its manifest says`,
    );
  },
};

async function judge(judge: SchemaJudge, tool: ListedTool): Promise<void> {
  if ((tool.inputSchema as { type?: unknown } | null)?.type !== 'object')
    throw new SchemaRefused('it is not of type object');
  await judge.accept(tool.inputSchema);
  if (tool.outputSchema !== undefined) await judge.accept(tool.outputSchema);
}

/** Where the manifest holds hashes, they hold. */
function changedSinceManifest({ tools: found }: TrialScene): string[] {
  return found.flatMap(({ name, right, description = '', inputSchema }) => {
    const problems: string[] = [];
    if (right?.descriptionHash && right.descriptionHash !== descriptionHash(description))
      problems.push(`the description of ${name} is not the one of its manifest`);
    if (right?.schemaHash && right.schemaHash !== schemaHash(inputSchema))
      problems.push(`the schema of ${name} is not the one of its manifest`);
    return problems;
  });
}
