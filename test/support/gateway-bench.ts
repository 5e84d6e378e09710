import { Logger, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Admission } from '../../src/chat-gateway/admission';
import { AnswerPoster, PostingTools } from '../../src/chat-gateway/answer-poster';
import { ChatAlarm } from '../../src/chat-gateway/chat-alarm';
import { ChatPresence } from '../../src/chat-gateway/chat-presence';
import { IntakeService } from '../../src/chat-gateway/intake.service';
import { LanesService } from '../../src/chat-gateway/lanes.service';
import { SealedArguments } from '../../src/tools/sealed-arguments';
import { IntakeJournals, MessageIntake } from '../../src/chat-gateway/message-intake';
import { NoticePoster } from '../../src/chat-gateway/notice-poster';
import { PostService } from '../../src/chat-gateway/post.service';
import { QuestionWorker } from '../../src/chat-gateway/question-worker';
import { RightsService } from '../../src/chat-gateway/rights.service';
import { Settings } from '../../src/config/settings';
import { ContextBuilder } from '../../src/conversation/context-builder';
import { EventBus } from '../../src/events/event-bus';
import { AnswerJournal } from '../../src/journal/answer-journal';
import type { NewQuestion, Question } from '../../src/journal/journal.types';
import { NoticeJournal } from '../../src/journal/notice-journal';
import { PostIdKey } from '../../src/journal/post-id';
import { QuestionJournal } from '../../src/journal/question-journal';
import { Watermarks } from '../../src/journal/watermarks';
import { ChatApi } from '../../src/rocket-chat/chat-api';
import { ChatRealtime } from '../../src/rocket-chat/chat-realtime';
import { AdminRoom } from '../../src/rooms/admin-room';
import { LanguageOf } from '../../src/rooms/language-of';
import { RoomRegistry } from '../../src/rooms/room-registry';
import { Clock } from '../../src/shared/clock';
import { CrashPoints } from '../../src/shared/crash-points';
import { Random } from '../../src/shared/random';
import { Store } from '../../src/storage/store';
import { FakeChatApi } from './fakes/fake-chat-api';
import { memoryStore } from './memory-store';
import { SeededRandom } from './seeded-random';
import { VirtualClock } from './virtual-clock';

/** What a worker does with a question, and the signal that ends it. */
export type Work = (question: Question, signal: AbortSignal) => Promise<void>;

/**
 * The chat gateway's parts on virtual time: real journals on a real store in memory, a scripted chat server, and a worker
 * that a test provides in place of turns and cores.
 */
export class GatewayBench {
  readonly journal: QuestionJournal;
  readonly answers: AnswerJournal;
  readonly notices: NoticeJournal;
  readonly ids: PostIdKey;

  private constructor(
    private readonly module: TestingModule,
    readonly clock: VirtualClock,
    readonly chat: FakeChatApi,
    readonly store: Store,
  ) {
    this.journal = this.get(QuestionJournal);
    this.answers = this.get(AnswerJournal);
    this.notices = this.get(NoticeJournal);
    this.ids = this.get(PostIdKey);
  }

  static async create(work: Work = () => Promise.resolve(), store?: Store): Promise<GatewayBench> {
    const clock = new VirtualClock();
    const chat = new FakeChatApi(clock);
    const journal = store ?? (await memoryStore());
    const module = await Test.createTestingModule({
      providers: [
        { provide: Settings, useValue: new Settings() },
        { provide: Store, useValue: journal },
        { provide: Clock, useValue: clock },
        { provide: Random, useValue: new SeededRandom() },
        { provide: ChatApi, useValue: chat },
        { provide: ChatRealtime, useValue: { connected: true, typing: () => undefined } },
        { provide: PostIdKey, useValue: new PostIdKey(Buffer.alloc(32, 9)) },
        { provide: CrashPoints, useValue: new CrashPoints() },
        { provide: QuestionWorker, useValue: { work } },
        ...[EventBus, QuestionJournal, AnswerJournal, NoticeJournal, Watermarks, RoomRegistry, LanguageOf],
        AdminRoom,
        SealedArguments,
        ...[Admission, PostService, PostingTools, AnswerPoster, NoticePoster, ChatPresence, ChatAlarm],
        ...[LanesService, IntakeJournals, MessageIntake, IntakeService, RightsService, ContextBuilder],
      ],
    }).compile();
    // The testing module speaks up again otherwise.
    Logger.overrideLogger(false);
    return new GatewayBench(module, clock, chat, journal);
  }

  get<T>(type: Type<T> | (abstract new (...args: never[]) => T)): T {
    return this.module.get<T>(type);
  }

  async close(): Promise<void> {
    await this.module.close();
    await this.store.close();
  }

  /** Lets time pass until the promise is settled. */
  async during<T>(work: Promise<T>, withinMs = 7_200_000): Promise<T> {
    let open = true;
    const watched = work.finally(() => (open = false));
    watched.catch(() => undefined);
    const until = this.clock.monotonic() + withinMs;
    await this.clock.advance(0);
    for (let step = 5; open && this.clock.monotonic() < until; step = Math.min(1_000, step * 1.2))
      await this.clock.advance(step);
    if (open) throw new Error(`Not settled within ${withinMs} ms`);
    return watched;
  }

  newQuestion(id: string, rest: Partial<NewQuestion> = {}): NewQuestion {
    return {
      id,
      kind: 'question',
      roomId: 'room',
      lane: 'room',
      authorId: 'ann',
      authorName: 'ann',
      text: 'Why?',
      at: this.clock.now(),
      ...rest,
    };
  }

  async question(id: string, rest: Partial<NewQuestion> = {}): Promise<Question> {
    await this.journal.accept(this.newQuestion(id, rest), { state: 'queued' });
    const question = await this.journal.find(id);
    if (!question) throw new Error('not accepted');
    return question;
  }

  /** A question whose answer is committed in these parts. */
  async answered(id: string, texts: readonly string[]): Promise<Question> {
    const { roomId } = await this.question(id);
    const parts = texts.map((text, part) => ({ postId: this.ids.answer(roomId, id, part), text }));
    await this.journal.commitReply(id, parts);
    const question = await this.journal.find(id);
    if (!question) throw new Error('not committed');
    return question;
  }
}
