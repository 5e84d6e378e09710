import { estimateTokens } from '../generation/deadlines';
import type { CoreMessage, ToolDefinition } from '../ollama/ollama-api';
import { handleOf, type JournalCall, type JournalRound } from '../tools/tool-call';
import { cleaned, excerpt, wrapped } from '../tools/tool-result';
import { cost } from './token-budget';

/** What is left of a result that had to give way. */
const STUB_CHARACTERS = 200;

/** The rounds as the core is told them: its calls, and after each what came of it, wrapped with its origin. */
export function roundMessages(
  rounds: readonly JournalRound[],
  stubs: ReadonlySet<string> = new Set(),
): CoreMessage[] {
  return rounds.flatMap(({ text, calls }) => [
    {
      role: 'assistant' as const,
      content: text,
      toolCalls: calls.map(({ callId, name, arguments: args }) => ({
        ...(callId === undefined ? {} : { id: callId }),
        name,
        arguments: args,
      })),
    },
    ...calls.map((call) => answerTo(call, stubs.has(handleOf(call)))),
  ]);
}

function answerTo(call: JournalCall, stub: boolean): CoreMessage {
  return {
    role: 'tool',
    content: contentOf(call, stub),
    toolName: call.name,
    ...(call.callId === undefined ? {} : { toolCallId: call.callId }),
  };
}

function contentOf(call: JournalCall, stub: boolean): string {
  const { outcome, result = '', component, tool } = call;
  if (outcome !== 'ok' && outcome !== 'tool-error') return result;
  // One of ours: what it read on in is wrapped already.
  if (component === undefined || tool === undefined) return result;
  const { text } = stub
    ? {
        text: `${result.slice(0, STUB_CHARACTERS)}\n… dropped for room: call read_on with handle "${handleOf(call)}"`,
      }
    : excerpt(result, handleOf(call));
  return wrapped(outcome === 'tool-error' ? `The tool reports an error: ${text}` : text, { component, tool });
}

/** Whether something can be read on in. */
export function wasCut(rounds: readonly JournalRound[], stubs: ReadonlySet<string>): boolean {
  return rounds.some(({ calls }) =>
    calls.some(
      (call) =>
        stubs.has(handleOf(call)) || (call.component !== undefined && excerpt(call.result ?? '', '').cut),
    ),
  );
}

/** The piece of a kept result that a model asked for; undefined where there is none of that handle. */
export function readOn(
  rounds: readonly JournalRound[],
  { handle, offset }: Record<string, unknown>,
): string | undefined {
  const call = rounds.flatMap(({ calls }) => calls).find((one) => handleOf(one) === handle);
  if (!call?.component || !call.tool || call.result === undefined) return undefined;
  const { text } = excerpt(call.result, handleOf(call), typeof offset === 'number' ? offset : 0);
  return wrapped(text, { component: call.component, tool: call.tool });
}

/** Which results give way, the oldest first, so that `rounds` take at most `room` tokens. */
export function stubsFor(rounds: readonly JournalRound[], room: number): Set<string> {
  const stubs = new Set<string>();
  const handles = rounds.flatMap(({ calls }) => calls.map(handleOf));
  for (const handle of handles) {
    if (tokensOf(roundMessages(rounds, stubs)) <= room) break;
    stubs.add(handle);
  }
  return stubs;
}

export function tokensOf(messages: readonly CoreMessage[]): number {
  return messages.reduce(
    (sum, message) =>
      sum + cost(message) + (message.toolCalls ? estimateTokens(JSON.stringify(message.toolCalls)) : 0),
    0,
  );
}

export function tokensOfTools(tools: readonly ToolDefinition[]): number {
  return tools.length === 0 ? 0 : estimateTokens(JSON.stringify(tools));
}

/** A model's own words, as an event may carry them. */
export function saidBy(value: unknown): string {
  return typeof value === 'string' ? cleaned(value).slice(0, 300) : '';
}
