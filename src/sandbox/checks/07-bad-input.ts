import { McpFailure } from '../../mcp/mcp-session';
import type { KnownTool } from '../trial-scene';
import { type Check, notMeasured, passed, warned } from './check';

const ANSWERED_WITHIN_MS = 5_000;
const INVALID_PARAMS = -32602;

/** An argument of the wrong type is refused, and the server lives on. */
export const badInput: Check = {
  number: 7,
  id: 'bad-input',
  ask: async (scene) => {
    const { running, tools } = scene;
    const wrong = tools.map(wronged).find((one) => one !== undefined);
    if (!wrong || !running) return notMeasured('none of its tools that only read needs an argument');
    let said = '';
    try {
      const answer = await running.session.call(wrong.tool, wrong.arguments, {
        withinMs: ANSWERED_WITHIN_MS,
        signal: scene.signal,
      });
      if (!answer.isError) said = `${wrong.tool} took ${wrong.what} without a word`;
    } catch (error) {
      if (!(error instanceof McpFailure) || error.kind === 'cancelled') throw error;
      if (error.kind !== 'protocol') said = `${wrong.tool} with ${wrong.what}: ${error.message}`;
      else if (error.code !== INVALID_PARAMS) said = `${wrong.tool} answered with error ${error.code}`;
    }
    const ended = await scene.mended();
    if (ended) return warned(`${wrong.tool} with ${wrong.what} ended it`);
    return said === '' ? passed(`${wrong.tool} refused ${wrong.what}`) : warned(said);
  },
};

/** Only of a tool that reads: nothing is to be done with it. */
function wronged(
  tool: KnownTool,
): { tool: string; arguments: Record<string, unknown>; what: string } | undefined {
  if (tool.right?.effect !== 'read' || tool.right.egress) return undefined;
  const { properties = {}, required = [] } = tool.inputSchema as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  const [name] = required.filter((one) => one in properties);
  if (name === undefined) return undefined;
  return { tool: tool.name, arguments: { [name]: { not: 'this' } }, what: `an object as ${name}` };
}
