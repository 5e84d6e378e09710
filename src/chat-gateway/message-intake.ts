import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings';
import type { NewQuestion } from '../journal/journal.types';
import { NoticeJournal } from '../journal/notice-journal';
import { QuestionJournal } from '../journal/question-journal';
import { Watermarks } from '../journal/watermarks';
import { ChatApi } from '../rocket-chat/chat-api';
import { ChatError } from '../rocket-chat/chat-error';
import type { ChatMessage, ChatRoom, MessageMeta } from '../rocket-chat/chat-types';
import { LanguageOf } from '../rooms/language-of';
import { RoomRegistry } from '../rooms/room-registry';
import { CrashPoints } from '../shared/crash-points';
import { texts } from '../texts/texts';
import { SealedArguments } from '../tools/sealed-arguments';
import { Admission, type Refusal } from './admission';
import { ChatPresence } from './chat-presence';
import { LanesService } from './lanes.service';
import { judgeMessage, type JudgeFacts } from './message-judge';

/** The first message of a new direct message may be stamped before its room became ours. */
const NEW_ROOM_OVERLAP_MS = 60_000;

@Injectable()
export class IntakeJournals {
  constructor(
    readonly questions: QuestionJournal,
    readonly notices: NoticeJournal,
    readonly marks: Watermarks,
    readonly rooms: RoomRegistry,
    readonly languages: LanguageOf,
    readonly crash: CrashPoints,
    readonly sealed: SealedArguments,
  ) {}
}

/** Judges one message and, where it is for us, writes it into the journal: from then on it cannot be lost. */
@Injectable()
export class MessageIntake {
  private readonly logger = new Logger(MessageIntake.name);
  private readonly rooms = new Map<string, ChatRoom>();
  private readonly knownBots: ReadonlySet<string>;

  constructor(
    private readonly chat: ChatApi,
    private readonly journals: IntakeJournals,
    private readonly admission: Admission,
    private readonly lanes: LanesService,
    private readonly presence: ChatPresence,
    private readonly settings: Settings,
  ) {
    this.knownBots = new Set(settings.RDZEN_KNOWN_BOTS);
  }

  /**
   * @param meta what the stream said about the room; undefined for a message read by REST, which is in a room of ours.
   * @throws ChatError where it cannot be judged now; it has to be read again.
   */
  async take(message: ChatMessage, meta?: MessageMeta): Promise<void> {
    if (meta?.participant === false) return;
    const self = this.chat.identity;
    if (!self) throw new ChatError('unreachable', 'Not logged in: whose messages are ours is not known.');
    if (message.author.id === self.userId) return;
    const { questions } = this.journals;
    if (await questions.known(message.id)) {
      await this.follow(message);
      return;
    }
    const facts = await this.facts(message, self.userId);
    const judged = judgeMessage(message, facts);
    if (judged.verdict === 'skip') return;

    const addressed = judged.verdict !== 'ignore';
    const question: NewQuestion = {
      id: message.id,
      kind: judged.verdict === 'command' ? 'command' : 'question',
      roomId: message.roomId,
      threadId: message.threadId,
      answerThreadId: addressed ? judged.answerThreadId : undefined,
      lane: addressed ? laneOf(message, judged) : '',
      authorId: message.author.id,
      authorName: message.author.username,
      text: this.journals.sealed.seal(message.text, message.id),
      at: message.at,
    };
    if (!addressed) {
      await questions.accept(question, { state: 'ignored', reason: judged.reason });
      return;
    }
    if (await this.presence.answeredBefore(question)) {
      await questions.accept(question, { state: 'posted', reason: 'answered before the journal was lost' });
      return;
    }
    this.journals.crash.reach('event-received');
    const refusal = await this.admission.refuse(question);
    if (refusal) await this.reject(question, refusal);
    else await this.accept(question);
    this.journals.crash.reach('question-accepted');
  }

  forgetRoom(roomId: string): void {
    this.rooms.delete(roomId);
  }

  /** The thread is ours first: what is said there while the question waits for its turn is said to us as well. */
  private async accept(question: NewQuestion): Promise<void> {
    const { kind, answerThreadId, roomId, at } = question;
    const { questions, rooms } = this.journals;
    if (kind === 'question' && answerThreadId) await rooms.joinThread(answerThreadId, roomId, at);
    await questions.accept(question, { state: 'queued' });
  }

  /** A message seen before came again: an edit, a deletion, or only a reaction, a preview, a reply count. */
  private async follow(message: ChatMessage): Promise<void> {
    if (message.editedAt === undefined) return;
    const { questions } = this.journals;
    const question = await questions.find(message.id);
    if (!question || question.state === 'ignored') return;
    if (message.systemType === 'rm') await this.lanes.cancel(question, 'the message was deleted');
    // A command counts as it was given: whoever may edit messages must not act with its author's rights.
    else if (question.kind === 'question' && question.text !== message.text)
      await questions.replaceText(message.id, message.text);
  }

  private async reject(question: NewQuestion, refusal: Refusal): Promise<void> {
    const { questions, notices, languages } = this.journals;
    const accepted = await questions.accept(question, { state: 'rejected', reason: refusal.reason });
    this.logger.warn(`Question ${question.id} of user ${question.authorId} is refused: ${refusal.reason}`);
    if (!accepted || (refusal.reason !== 'too-long' && refusal.silent)) return;
    const text = texts(await languages.of(question.roomId));
    const say = {
      'too-long': () => (refusal.reason === 'too-long' ? text.tooLong(refusal) : ''),
      'user-busy': () => text.busyUser(),
      'room-busy': () => text.busyRoom(),
      'all-busy': () => text.busyAll(),
      loop: () => (refusal.reason === 'loop' ? text.busyLoop(refusal) : ''),
    }[refusal.reason];
    const { id, roomId, answerThreadId: threadId } = question;
    await notices.write([{ key: `rejected:${id}`, roomId, threadId, text: say() }]);
    notices.announce(`rejected:${id}`);
  }

  private async facts(message: ChatMessage, selfId: string): Promise<JudgeFacts> {
    const room = await this.room(message.roomId);
    const { rooms, marks } = this.journals;
    const { listen, listenSince } = await rooms.settings(message.roomId);
    const roomSince =
      (await marks.since(message.roomId)) ?? (await marks.sinceForNewRoom(NEW_ROOM_OVERLAP_MS));
    const { threadsEnabled } = await this.presence.limits();
    return {
      selfId,
      roomType: room.type,
      participant: true,
      userCount: room.userCount,
      roomSince,
      listenAllSince: listen === 'all' ? listenSince : undefined,
      inThreadSince: message.threadId ? await this.threadSince(message, message.threadId) : undefined,
      knownBots: this.knownBots,
      answerIn: this.settings.RDZEN_ANSWER_IN,
      threadsEnabled,
    };
  }

  private async threadSince(message: ChatMessage, threadId: string): Promise<number | undefined> {
    const since = await this.journals.rooms.inThreadSince(threadId);
    if (since !== undefined || message.at >= this.presence.recoverBefore) return since;
    // The journal that knew is lost; the thread itself tells.
    const replies = await this.chat.threadMessages(threadId, 100);
    const own = replies.find(({ author }) => author.id === this.chat.identity?.userId);
    if (own) await this.journals.rooms.joinThread(threadId, message.roomId, own.at);
    return own?.at;
  }

  private async room(roomId: string): Promise<ChatRoom> {
    const known = this.rooms.get(roomId);
    if (known) return known;
    const room = await this.chat.room(roomId);
    if (!room)
      throw new ChatError('room-not-found', `Room ${roomId} is ours, but the server does not tell it.`);
    this.rooms.set(roomId, room);
    return room;
  }
}

/**
 * Commands work beside the conversation they speak about, one person's in a room one after another; `!stop` beside
 * everything, for it cannot wait for what it stops.
 */
function laneOf(
  { id, roomId, text, author }: ChatMessage,
  judged: { verdict: string; lane: string },
): string {
  if (judged.verdict !== 'command') return judged.lane;
  return /!stop\b/i.test(text) ? `command/${id}` : `command/${roomId}/${author.id}`;
}
