/**
 * An MCP server that writes down in its state, /data, what was called: so a test can count after any number of deaths.
 * `book` writes and `look_up` reads; both take as long as they are told. `flood` never ends its line.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { McpServer } from './server/mcp-server.mjs';

const FILE = '/data/calls';
const lines = () => (existsSync(FILE) ? readFileSync(FILE, 'utf8').split('\n').filter(Boolean) : []);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const input = (properties) => ({ type: 'object', properties, required: Object.keys(properties) });
const TABLE = { table: { type: 'string' }, ms: { type: 'integer' } };

const server = new McpServer(
  [
    {
      name: 'book',
      description: 'Books a table for the evening.',
      inputSchema: input(TABLE),
      run: async ({ table, ms }) => {
        appendFileSync(FILE, `book ${table}\n`);
        await wait(ms);
        return `Table ${table} is booked`;
      },
    },
    {
      name: 'look_up',
      description: 'Looks up how often a table was booked.',
      inputSchema: input(TABLE),
      run: async ({ table, ms }) => {
        appendFileSync(FILE, `look_up ${table}\n`);
        await wait(ms);
        return `Table ${table} was booked ${lines().filter((line) => line === `book ${table}`).length} times`;
      },
    },
    {
      name: 'flood',
      description: 'Lists every guest there ever was.',
      inputSchema: input({}),
      run: async () => {
        for (;;)
          if (!server.raw('x'.repeat(65_536)))
            await new Promise((done) => process.stdout.once('drain', done));
      },
    },
  ],
  0,
);
await server.run();
