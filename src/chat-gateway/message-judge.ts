import type { ChatMessage, RoomType } from '../rocket-chat/chat-types';

/** What has to be known to judge a message, besides the message. */
export interface JudgeFacts {
  selfId: string;
  roomType: RoomType;
  /** We are a member of the room. */
  participant: boolean;
  /** Users of a direct message; 2 is one-to-one. */
  userCount: number;
  /** Messages from before this (epoch ms) are history. */
  roomSince: number;
  listenAllSince?: number;
  /** Since when we take part in the message's thread; undefined where we do not. */
  inThreadSince?: number;
  knownBots: ReadonlySet<string>;
  answerIn: 'thread' | 'room';
  threadsEnabled: boolean;
}

export type Judgement =
  /** Not ours to remember: our own echo, or no message at all. */
  | { verdict: 'skip' }
  | { verdict: 'ignore'; reason: string }
  | { verdict: 'question' | 'command'; answerThreadId?: string; lane: string };

const COMMAND = /^!\p{L}/u;

/**
 * Whether a message is for us, decided once, when it is first seen. The order follows the skip list of Rocket.Chat
 * gateways: own, foreign rooms, encrypted, system, hidden, edited, bots, history, empty, not addressed.
 */
export function judgeMessage(message: ChatMessage, facts: JudgeFacts): Judgement {
  if (message.author.id === facts.selfId) return { verdict: 'skip' };
  if (!facts.participant) return { verdict: 'skip' };
  const reason = disqualified(message, facts);
  if (reason) return { verdict: 'ignore', reason };

  const text = message.text.trim();
  const mention = message.mentions.find(({ id }) => id === facts.selfId);
  const mentioned = mention !== undefined;
  const direct = facts.roomType === 'direct' && facts.userCount <= 2;
  const inThread = facts.inThreadSince !== undefined && message.at >= facts.inThreadSince;
  const listening = facts.listenAllSince !== undefined && message.at >= facts.listenAllSince;
  // A mention of ours may stand before a command; what is said to another bot is not said to us.
  const isCommand = COMMAND.test(mention ? withoutLeading(`@${mention.username}`, text) : text);
  if (!direct && !mentioned && !inThread && !listening && !isCommand)
    return { verdict: 'ignore', reason: 'not addressed' };

  const place = placeOfAnswer(message, facts);
  const lane = place.answerThreadId ? `${message.roomId}/${place.answerThreadId}` : message.roomId;
  return { verdict: isCommand ? 'command' : 'question', ...place, lane };
}

function disqualified(message: ChatMessage, facts: JudgeFacts): string | undefined {
  if (facts.roomType === 'livechat') return 'livechat';
  if (message.systemType === 'e2e' || message.encrypted) return 'encrypted';
  if (message.systemType) return `system message ${message.systemType}`;
  if (message.hidden || message.imported) return 'hidden or imported';
  if (message.editedAt !== undefined) return 'edited before it was seen';
  if (message.bot) return 'posted by a bot';
  if (facts.knownBots.has(message.author.id) || facts.knownBots.has(message.author.username))
    return 'posted by a known bot';
  if (message.at < facts.roomSince) return 'history';
  if (message.text.trim() === '') return 'no text';
  return undefined;
}

/** Direct message: the room. Thread: the same thread. Channel: a thread under the question, unless set otherwise. */
function placeOfAnswer(message: ChatMessage, facts: JudgeFacts): { answerThreadId?: string } {
  if (message.threadId) return { answerThreadId: message.threadId };
  if (facts.roomType === 'direct' || facts.answerIn === 'room' || !facts.threadsEnabled) return {};
  return { answerThreadId: message.id };
}

/** `@name: !help` -> `!help`; any other text stays as it is. */
function withoutLeading(name: string, text: string): string {
  if (!text.toLowerCase().startsWith(name.toLowerCase())) return text;
  const rest = text.slice(name.length);
  return /^[\s,:]/.test(rest) ? rest.replace(/^[\s,:]+/, '') : text;
}
