import { groupBy } from './group-by';
import { partsOf, questionNumber } from './recital';

/** A message as it stands on the chat server at the end; times are the server's, in epoch milliseconds. */
export interface StoredMessage {
  id: string;
  roomId: string;
  threadId?: string;
  authorId: string;
  text: string;
  at: number;
  updatedAt: number;
}

/** What a client sent, or tried to send. */
export interface Asked {
  number: number;
  messageId: string;
  roomId: string;
  threadId?: string;
  /** Said in a direct message, so that the answer stands in the room itself. */
  direct: boolean;
  /** False: people talking among themselves. */
  addressed: boolean;
  sentences: number;
  /** The chat server said that it has it. */
  acknowledged: boolean;
}

export interface Records {
  asked: readonly Asked[];
  /** All rooms, each from its oldest message to its newest. */
  rooms: ReadonlyMap<string, readonly StoredMessage[]>;
  assistantId: string;
  /** Ids of questions that the gateway refused by its limits, and said so. */
  refused: ReadonlySet<string>;
}

export const FINDINGS = ['lost', 'doubled', 'reordered', 'wrong', 'unasked', 'forgotten'] as const;
/**
 * - `lost`: accepted, and no answer at the end
 * - `doubled`: more messages than the answer has parts
 * - `reordered`: answered before an earlier question of its room or thread
 * - `wrong`: not the whole answer, or not in its place
 * - `unasked`: said to nobody's question
 * - `forgotten`: a message that the chat server had acknowledged and has no more
 */
export type FindingKind = (typeof FINDINGS)[number];

export interface Finding {
  kind: FindingKind;
  number?: number;
  messageId?: string;
  detail: string;
}

export interface Verdict {
  /** Questions that stand on the chat server and were not refused. */
  accepted: number;
  /** Of these, with their whole answer, once. */
  answered: number;
  refused: number;
  /** From the question to the last state of its answer; of the answered ones. */
  latenciesMs: number[];
  findings: Finding[];
}

interface Question extends Asked {
  at: number;
  place: string;
  said: StoredMessage[];
}

const NOTICE = /^(⚠️|🔀|⏳)/u;
const QUOTED = 120;

/** Holds what was asked against what stands on the chat server at the end. */
export function check({ asked, rooms, assistantId, refused }: Records): Verdict {
  const findings: Finding[] = [];
  const messages = [...rooms.values()].flat();
  const stored = new Map(messages.map((message) => [message.id, message]));
  for (const { number, messageId, acknowledged } of asked) {
    if (acknowledged && !stored.has(messageId))
      findings.push({ kind: 'forgotten', number, messageId, detail: 'acknowledged, and gone' });
  }
  const questions = new Map<number, Question>();
  for (const each of asked) {
    const message = stored.get(each.messageId);
    if (!message || !each.addressed || refused.has(each.messageId)) continue;
    questions.set(each.number, { ...each, at: message.at, place: placeOfAnswer(each), said: [] });
  }
  findings.push(...attribute(messages, assistantId, questions));
  const latenciesMs: number[] = [];
  for (const question of questions.values()) {
    const finding = judge(question);
    if (finding) findings.push(finding);
    else latenciesMs.push(Math.max(...question.said.map(({ updatedAt }) => updatedAt)) - question.at);
  }
  findings.push(...outOfOrder([...questions.values()]));
  return {
    accepted: questions.size,
    answered: latenciesMs.length,
    refused: asked.filter(({ messageId }) => refused.has(messageId)).length,
    latenciesMs,
    findings,
  };
}

/** Gives every question what was said to it. @returns what fits none, or stands elsewhere. */
function attribute(
  messages: readonly StoredMessage[],
  assistantId: string,
  questions: ReadonlyMap<number, Question>,
): Finding[] {
  const findings: Finding[] = [];
  for (const message of messages) {
    if (message.authorId !== assistantId || NOTICE.test(message.text)) continue;
    const number = questionNumber(message.text);
    const question = number === undefined ? undefined : questions.get(number);
    const found = { number, messageId: message.id, detail: quote(message.text) };
    if (!question) findings.push({ kind: 'unasked', ...found });
    else if (placeOf(message) !== question.place) findings.push({ kind: 'wrong', ...found });
    else question.said.push(message);
  }
  return findings;
}

function judge({ number, messageId, sentences, said }: Question): Finding | undefined {
  const expected = partsOf(number, sentences);
  const texts = said.map(({ text }) => text);
  if (texts.length === 0) return { kind: 'lost', number, messageId, detail: 'no answer' };
  if (texts.length > expected.length)
    return { kind: 'doubled', number, messageId, detail: texts.map(quote).join(' | ') };
  const differing = expected.findIndex((part, index) => texts[index] !== part);
  if (differing === -1) return undefined;
  const [wanted = '', seen = ''] = [expected[differing], texts[differing]];
  const at = firstDifference(wanted, seen);
  const detail = `part ${differing + 1} of ${expected.length}, letter ${at} of ${wanted.length}: ${quote(seen.slice(Math.max(0, at - 30)))}`;
  return { kind: 'wrong', number, messageId, detail };
}

/** Those answered before a question that was asked earlier in the same place. */
function outOfOrder(questions: readonly Question[]): Finding[] {
  const findings: Finding[] = [];
  for (const lane of groupBy(questions, ({ place }) => place).values()) {
    const answered = lane.filter(({ said }) => said.length > 0).sort((a, b) => a.at - b.at);
    let last: Question | undefined;
    for (const question of answered) {
      if (last && question.at > last.at && answeredAt(question) < answeredAt(last)) {
        const { number, messageId } = question;
        const detail = `answered ${answeredAt(last) - answeredAt(question)} ms before question ${last.number}, asked earlier`;
        findings.push({ kind: 'reordered', number, messageId, detail });
      } else last = question;
    }
  }
  return findings;
}

function answeredAt({ said }: Question): number {
  return said[0]?.at ?? 0;
}

function placeOfAnswer({ roomId, threadId, messageId, direct }: Asked): string {
  return placeOf({ roomId, threadId: threadId ?? (direct ? undefined : messageId) });
}

function placeOf({ roomId, threadId }: Pick<StoredMessage, 'roomId' | 'threadId'>): string {
  return threadId === undefined ? roomId : `${roomId}/${threadId}`;
}

function firstDifference(wanted: string, seen: string): number {
  let at = 0;
  while (at < wanted.length && wanted[at] === seen[at]) at++;
  return at;
}

function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text);
}
