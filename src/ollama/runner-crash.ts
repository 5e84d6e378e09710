/**
 * What Ollama says when the runner under it is gone while the server lives on: in the stream, or with a status of 500
 * where it has not begun (Ollama llm/server.go, server/sched.go). A runner that was killed from outside looks the same.
 */
const SAYINGS = [
  /\ban error was encountered while running the model\b/i,
  /\bmodel runner has unexpectedly stopped\b/i,
  /\brunner process has terminated\b/i,
  /\brunner process (is )?no longer running\b/i,
];

/** Whether an error of a core tells that its runner died. */
export function tellsRunnerCrash(detail: string): boolean {
  return SAYINGS.some((saying) => saying.test(detail));
}
