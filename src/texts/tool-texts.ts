/** What the assistant says of tools that are used for an answer. Texts of others come in as they may be shown. */
export interface ToolTexts {
  /** `titles`: of components, each once. */
  lookingAt(values: { titles: readonly string[] }): string;
  waitingForLeave(values: { code: string }): string;
  /** `after`: components whose answers led to the call; `arguments`: a line each. */
  toolApproval(values: {
    code: string;
    title: string;
    tool: string;
    effect: 'read' | 'write' | 'destructive';
    egress: boolean;
    arguments: string;
    author: string;
    after: readonly string[];
  }): string;
  toolAllowed(values: { code: string; inThread: boolean }): string;
  toolDenied(values: { code: string }): string;
  allowUsage(): string;
  denyUsage(): string;
  /** Under an answer: what was changed on the way to it, and what may have been. */
  toolChanges(values: { changed: readonly string[]; unknown: readonly string[] }): string;
  /** In place of an answer. */
  toolsEnded(values: { reason: 'repeated' | 'unknown-tool' | 'invalid'; name: string }): string;
  /** To the administrators. */
  modelCallsNoTools(values: { model: string }): string;
}
