import type { TrialCall } from '../../component-registry/manifest/manifest';
import { unmet } from '../../component-registry/manifest/expectation';
import { McpFailure, type ToolAnswer } from '../../mcp/mcp-session';
import { SchemaTookTooLong } from '../../mcp/schema-judge';
import { visibleExcerpt } from '../../mcp/visible-excerpt';
import { servicesIn } from '../../tools/component-surroundings';
import type { KnownTool, TrialScene } from '../trial-scene';
import { type Check, failed, passed, warned } from './check';

const MOST_ANSWER = 256 * 1024;
/** Source: MCP 2025-11-25, `ContentBlock`. */
const KINDS = ['text', 'image', 'audio', 'resource', 'resource_link'];
/** As resolvers and sockets say it. */
const NETWORK =
  /ENETUNREACH|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|getaddrinfo|fetch failed|network is unreachable/i;

/**
 * Every call that its manifest shows, with what the manifest says of its answer. Services that it uses are not there: a call
 * that goes wrong without them shows nothing, as long as it lives on.
 */
export const calls: Check = {
  number: 6,
  id: 'calls',
  ask: async (scene) => {
    const { calls: shown = [] } = scene.block.trial ?? {};
    if (shown.length === 0) return failed('its manifest shows no call to try it with');
    const services = servicesIn(scene.block);
    const done: string[] = [];
    const unshown: string[] = [];
    for (const call of shown) {
      const problem = await tried(call, scene);
      if (problem !== undefined && (services.length === 0 || (await scene.mended())))
        return failed(`${call.tool}: ${problem}`, done);
      if (problem !== undefined) unshown.push(`${call.tool}: ${problem}`);
      else done.push(`${call.tool}: as expected`);
    }
    if (unshown.length > 0)
      return warned(
        `it uses ${services.join(', ')}, and no service is there in a trial: ${unshown.length} of ${shown.length} calls could not be shown`,
        unshown,
      );
    return passed(`${done.length} of ${shown.length} calls did what its manifest says`);
  },
};

async function tried(call: TrialCall, scene: TrialScene): Promise<string | undefined> {
  const { running, tools, clock } = scene;
  const tool = tools.find(({ name }) => name === call.tool);
  if (!tool || !running) return 'there is no such tool';
  const misfit = await fits(scene.schemas.check(tool.inputSchema, call.arguments));
  // A call that is to fail may be one that the schema refuses.
  if (misfit !== undefined && call.expect.match !== 'isError')
    return visibleExcerpt(`its arguments and its schema: ${misfit}`, 180);
  const began = clock.monotonic();
  let answer: ToolAnswer;
  try {
    answer = await running.session.call(call.tool, call.arguments, {
      withinMs: scene.callTimeoutMs,
      signal: scene.signal,
    });
  } catch (error) {
    if (!(error instanceof McpFailure) || error.kind === 'cancelled') throw error;
    if (error.kind === 'protocol' && call.expect.match === 'isError') return undefined;
    return visibleExcerpt(await reason(error, scene), 180);
  }
  const ms = clock.monotonic() - began;
  return (await judged(call, tool, answer, scene)) ?? late(call, ms);
}

async function judged(
  call: TrialCall,
  tool: KnownTool,
  answer: ToolAnswer,
  { schemas }: TrialScene,
): Promise<string | undefined> {
  if (answer.bytes > MOST_ANSWER) return `its answer has ${answer.bytes} bytes; at most ${MOST_ANSWER}`;
  const odd = answer.content.find(({ type }) => !KINDS.includes(type));
  if (odd) return visibleExcerpt(`content of the unknown kind ${odd.type}`, 100);
  if (answer.isError && call.expect.match !== 'isError') {
    const said = answer.content.map(({ text = '' }) => text).join(' ');
    if (NETWORK.test(said))
      return visibleExcerpt(
        `it needs the network (egress), and its manifest does not ask for it: ${said}`,
        180,
      );
  }
  if (tool.outputSchema !== undefined && !answer.isError) {
    if (answer.structured === undefined) return 'it has an output schema and gave no structured content';
    const misfit = await fits(schemas.check(tool.outputSchema, answer.structured));
    if (misfit !== undefined) return visibleExcerpt(`its answer and its output schema: ${misfit}`, 180);
  }
  const result = { content: answer.content, structuredContent: answer.structured, isError: answer.isError };
  const came = unmet(call.expect, result);
  return came === undefined ? undefined : visibleExcerpt(came, 180);
}

function late({ maxMs }: TrialCall, ms: number): string | undefined {
  return maxMs !== undefined && ms > maxMs ? `it took ${Math.round(ms)} ms; at most ${maxMs}` : undefined;
}

async function fits(check: Promise<string[]>): Promise<string | undefined> {
  try {
    const [first] = await check;
    return first;
  } catch (error) {
    if (error instanceof SchemaTookTooLong) return error.message;
    throw error;
  }
}

async function reason(error: McpFailure, { running, watch }: TrialScene): Promise<string> {
  if (error.kind === 'closed') {
    const state = await running?.container.inspect();
    if (state?.oomKilled) {
      watch.oom = true;
      return 'it was killed for the memory it took';
    }
    return `it exited with code ${state?.exitCode ?? 'unknown'} in the call`;
  }
  const violation = running?.session.transport.violations.at(-1);
  return violation ? `${error.message} (${violation.kind}: ${violation.detail})` : error.message;
}
