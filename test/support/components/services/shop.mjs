/** An MCP server for tests that keeps nothing itself: it asks the service `store` on its network. */
import { McpServer, refusal } from '../server/mcp-server.mjs';

const text = { type: 'string' };
const closed = (...names) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, text])),
  required: names,
  additionalProperties: false,
});
const ask = async (key, options) => {
  try {
    const answer = await fetch(`http://store:8080/${encodeURIComponent(key)}`, options);
    if (answer.ok) return await answer.text();
    return refusal(`the store has nothing under ${key}`);
  } catch (error) {
    return refusal(`the store does not answer: ${error.cause?.code ?? error.message}`);
  }
};

await new McpServer([
  {
    name: 'look_up',
    description: 'Looks up the word that the store keeps under a key.',
    inputSchema: closed('key'),
    run: async ({ key }) => {
      const found = await ask(key);
      return typeof found === 'string' ? `kept under ${key}: ${found}` : found;
    },
  },
  {
    name: 'put_away',
    description: 'Puts a word away in the store, under a key.',
    inputSchema: closed('key', 'word'),
    run: async ({ key, word }) => {
      const failed = await ask(key, { method: 'PUT', body: word });
      return typeof failed === 'string' ? `put ${word} under ${key}` : failed;
    },
  },
]).run();
