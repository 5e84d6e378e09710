import type { ComponentLock } from '../../../src/component-registry/installed/component-lock';
import type { CallOptions, ToolAnswer } from '../../../src/mcp/mcp-session';
import { McpFailure } from '../../../src/mcp/mcp-session';
import { ComponentCalls } from '../../../src/tools/component-calls';

/** Components that answer what a test says, and the calls that reached them. */
export class FakeComponentCalls extends ComponentCalls {
  /** As `time-mcp current_time {"timezone":"Asia/Tokyo"}`. */
  readonly made: string[] = [];
  readonly options: CallOptions[] = [];
  /** A text, an answer, or an error that is thrown; a promise is waited for. */
  answer: (tool: string, args: Record<string, unknown>) => unknown = () => 'done';

  async call(
    lock: ComponentLock,
    tool: string,
    args: Record<string, unknown>,
    options: CallOptions,
  ): Promise<ToolAnswer> {
    this.made.push(`${lock.component.split('/').at(-1)} ${tool} ${JSON.stringify(args)}`);
    this.options.push(options);
    const given = await Promise.race([this.answer(tool, args), aborted(options.signal)]);
    if (given instanceof Error) throw given;
    return typeof given === 'string' ? said(given) : (given as ToolAnswer);
  }
}

export function said(text: string, isError = false): ToolAnswer {
  const bytes = Buffer.byteLength(text);
  return { isError, content: [{ type: 'text', text, bytes }], bytes };
}

function aborted(signal?: AbortSignal): Promise<Error> {
  return new Promise((resolve) =>
    signal?.addEventListener('abort', () => resolve(new McpFailure('cancelled', 'cancelled')), {
      once: true,
    }),
  );
}
