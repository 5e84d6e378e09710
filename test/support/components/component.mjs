/**
 * One MCP server for tests, which behaves as it is told to: well, or in one of the many ways in which a component can be
 * broken or hostile. Needs nothing but Node. Each behaviour is a small file in behaviours/.
 *
 *   node component.mjs BEHAVIOUR             speaks MCP (2025-11-25 and older, JSON-RPC 2.0 a line) on stdin and stdout
 *   node component.mjs BEHAVIOUR --dry-run   tells as JSON what it would do, and how much of it, without doing it
 *   node component.mjs --list                all behaviours
 *
 * COMPONENT_BEHAVIOUR stands for the first word where there is none.
 * COMPONENT_LIMIT: how much a bomb takes, in its own unit. Without it a bomb is small, unless COMPONENT_IN_CONTAINER
 * says that something else bounds it.
 */
import { readdirSync } from 'node:fs';
import { McpServer } from './server/mcp-server.mjs';
import { goodTools } from './server/good-tools.mjs';

const FOLDER = new URL('./behaviours/', import.meta.url);
const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.slice(0, -'.mjs'.length))
  .sort();

const words = process.argv.slice(2);
const flags = words.filter((word) => word.startsWith('--'));
const [name = process.env.COMPONENT_BEHAVIOUR ?? 'good'] = words.filter((word) => !word.startsWith('--'));

if (flags.includes('--list')) {
  process.stdout.write(`${names.join('\n')}\n`);
} else if (!names.includes(name)) {
  process.stderr.write(`There is no behaviour "${name}"; there are: ${names.join(', ')}.\n`);
  process.exitCode = 2;
} else {
  const behaviour = await import(new URL(`${name}.mjs`, FOLDER).href);
  const limit = limitOf(behaviour.limit);
  if (flags.includes('--dry-run')) {
    const { about, limit: takes } = behaviour;
    process.stdout.write(`${JSON.stringify({ name, about, ...(takes && { takes, limit }) })}\n`);
  } else {
    const server = new McpServer(goodTools(), limit);
    behaviour.change(server);
    await server.run();
  }
}

/** @param {{of: string, outside: number, inContainer: number} | undefined} takes */
function limitOf(takes) {
  const given = Number(process.env.COMPONENT_LIMIT);
  if (given > 0) return given;
  return (process.env.COMPONENT_IN_CONTAINER === '1' ? takes?.inContainer : takes?.outside) ?? 0;
}
