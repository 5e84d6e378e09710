/**
 * Named places at which a test can have the process die, to prove that nothing is lost or doubled there
 * (docs/architecture.md, "Crash points"). Outside tests nothing happens.
 */
export class CrashPoints {
  static readonly NAMES = [
    'event-received',
    'question-accepted',
    'attempt-begun',
    'text-shown',
    'text-complete',
    'answer-committed',
    'before-post',
    'post-replied',
    'part-posted',
    'answer-posted',
    'core-promoted',
    'notice-posted',
    'tool-round-written',
    'tool-approval-asked',
    'tool-approval-taken',
    'tool-call-sent',
    'tool-call-replied',
    'tool-call-settled',
    'component-approved',
    'component-pulled',
    'component-compared',
    'component-changed',
  ] as const;

  /** Called at each place; `detail` tells which question or part. */
  reach(_name: (typeof CrashPoints.NAMES)[number]): void {}
}
