import type { ComponentLock } from '../component-registry/installed/component-lock';
import type { CallOptions, ToolAnswer } from '../mcp/mcp-session';

/** Calls tools of installed components, wherever they run and whether they run already or not. */
export abstract class ComponentCalls {
  /**
   * Starts what sleeps, or another one where it died before the call was sent. Never calls twice: a call that was sent and
   * broke off is not repeated here.
   *
   * @throws McpFailure what became of a call that was sent
   * @throws RdzenError COMPONENT_DRIFTED, COMPONENT_UNAVAILABLE, COMPONENT_FULL, TOO_MANY_COMPONENTS, ENGINE_*, IMAGE_MISSING:
   *   it was not sent
   */
  abstract call(
    lock: ComponentLock,
    tool: string,
    args: Record<string, unknown>,
    options: CallOptions,
  ): Promise<ToolAnswer>;
}
