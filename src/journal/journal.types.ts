/**
 * Life of a question: queued -> generating -> generated -> posting -> posted. Aside: retry-wait (tried in vain, tried
 * again later), dead (given up; people may requeue or discard it), rejected (refused politely: too many, too long),
 * cancelled (stopped or deleted by its author), ignored (not for us; kept only so that it is judged once).
 */
export type QuestionState =
  | 'queued'
  | 'generating'
  | 'retry-wait'
  | 'generated'
  | 'posting'
  | 'posted'
  | 'dead'
  | 'rejected'
  | 'cancelled'
  | 'ignored';

/** States in which nothing more happens by itself. */
export const TERMINAL_STATES: readonly QuestionState[] = [
  'posted',
  'dead',
  'rejected',
  'cancelled',
  'ignored',
];

export type QuestionKind = 'question' | 'command';

export interface Question {
  /** The chat server's message id. */
  id: string;
  kind: QuestionKind;
  roomId: string;
  /** Thread the question was asked in. */
  threadId?: string;
  /** Thread the answer goes to; undefined for the room itself. */
  answerThreadId?: string;
  /** Questions of one lane are answered one after another, in order. */
  lane: string;
  authorId: string;
  authorName: string;
  text: string;
  /** Server time of the message. */
  at: number;
  state: QuestionState;
  /** Number of the current or last attempt, 0 before the first. */
  attempt: number;
  /** Attempts in a row that brought no new text. */
  fruitless: number;
  /** Times a core died by itself while it wrote the answer. */
  deaths: number;
  nextAt: number;
  reason?: string;
  acceptedAt: number;
  finishedAt?: number;
}

export type NewQuestion = Omit<
  Question,
  'state' | 'attempt' | 'fruitless' | 'deaths' | 'nextAt' | 'acceptedAt' | 'finishedAt' | 'reason'
>;

/** The right to commit the text of one question; only the holder of the current attempt may. */
export interface Attempt {
  messageId: string;
  number: number;
  epoch: number;
  coreId: number;
}

export interface AnswerPart {
  messageId: string;
  part: number;
  /** Message id on the chat server. */
  postId: string;
  text: string;
  posted: boolean;
}

export interface Notice {
  /** What it is about; a second notice with the same key is not written. */
  key: string;
  postId: string;
  roomId: string;
  threadId?: string;
  text: string;
  attempts: number;
}

export interface NewNotice {
  key: string;
  roomId: string;
  threadId?: string;
  text: string;
}
