import type { QuestionState } from './journal.types';

declare module '../events/event-bus' {
  interface EventMap {
    /** A question is on disk and waits to be answered. */
    'question.accepted': { id: string; roomId: string; lane: string };
    /** A question reached a state in which nothing more happens by itself. */
    'question.finished': { id: string; roomId: string; state: QuestionState; reason?: string };
    /** A notice is on disk and waits to be posted. */
    'notice.written': { key: string };
    /** Text of an attempt that is no longer current came in and was dropped. */
    'answer.fenced': { messageId: string; number: number; epoch: number; coreId: number };
  }
}
