import type { LockedTool } from '../component-registry/installed/component-lock';
import type { ListedTool } from '../mcp/mcp-session';
import { descriptionHash, schemaHash } from '../mcp/tool-hash';

const SHOWN = 5;

/** In what the tools that a server lists differ from those that were approved, for people; undefined where in nothing. */
export function lockDifferences(
  locked: readonly LockedTool[],
  listed: readonly ListedTool[],
): string | undefined {
  const approved = new Map(locked.map((tool) => [tool.name, tool]));
  const found: string[] = [];
  const seen = new Set<string>();
  for (const { name, description, inputSchema } of listed) {
    const tool = approved.get(name);
    if (seen.has(name)) found.push(`it lists ${shown(name)} twice`);
    else if (!tool) found.push(`the tool ${shown(name)} is new`);
    else if (descriptionHash(description ?? '') !== tool.descriptionHash)
      found.push(`the description of ${shown(name)} is another`);
    else if (schemaHash(inputSchema) !== tool.schemaHash)
      found.push(`the arguments of ${shown(name)} are others`);
    seen.add(name);
  }
  for (const name of approved.keys()) if (!seen.has(name)) found.push(`the tool ${shown(name)} is gone`);
  if (found.length === 0) return undefined;
  const more = found.length > SHOWN ? `; and ${found.length - SHOWN} more` : '';
  return `${found.slice(0, SHOWN).join('; ')}${more}`;
}

/** Of a stranger: a name, and no more than that. */
function shown(name: string): string {
  return `"${name.replace(/[^\w.-]/g, '?').slice(0, 64)}"`;
}
