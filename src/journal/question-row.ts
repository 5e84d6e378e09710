import type { Question, QuestionKind, QuestionState } from './journal.types';

export interface QuestionRow {
  id: string;
  kind: string;
  room_id: string;
  thread_id: string | null;
  answer_thread_id: string | null;
  lane: string;
  author_id: string;
  author_name: string;
  text: string;
  at: number;
  state: string;
  attempt: number;
  fruitless: number;
  deaths: number;
  next_at: number;
  reason: string | null;
  accepted_at: number;
  finished_at: number | null;
}

export function toQuestion(row: QuestionRow): Question {
  return {
    id: row.id,
    kind: row.kind as QuestionKind,
    roomId: row.room_id,
    threadId: row.thread_id ?? undefined,
    answerThreadId: row.answer_thread_id ?? undefined,
    lane: row.lane,
    authorId: row.author_id,
    authorName: row.author_name,
    text: row.text,
    at: row.at,
    state: row.state as QuestionState,
    attempt: row.attempt,
    fruitless: row.fruitless,
    deaths: row.deaths,
    nextAt: row.next_at,
    reason: row.reason ?? undefined,
    acceptedAt: row.accepted_at,
    finishedAt: row.finished_at ?? undefined,
  };
}
