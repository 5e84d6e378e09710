import { Injectable, Logger } from '@nestjs/common';
import { Watermarks } from '../journal/watermarks';
import { ChatApi } from '../rocket-chat/chat-api';
import { ChatError } from '../rocket-chat/chat-error';
import type { RealtimeListener } from '../rocket-chat/chat-realtime';
import type { ChatMessage, ChatSubscription, MessageMeta } from '../rocket-chat/chat-types';
import { Clock, type Timer } from '../shared/clock';
import { ChatAlarm } from './chat-alarm';
import { ChatPresence } from './chat-presence';
import { MessageIntake } from './message-intake';

const SWEEP_EVERY_MS = 60_000;
/** Read again at every border: stamps of one millisecond, and clocks, are not as exact as they look. */
const OVERLAP_MS = 60_000;
/** How far back questions are looked for when the journal is lost but the assistant was here before. */
const RECOVERY_MS = 3_600_000;
const RETRY_MS = 5_000;
/** The message that opens a direct message may be stamped a moment before we are in its room. */
const JOIN_SLACK_MS = 1_000;
/** How long a room that could not be read is looked for again; later its next message brings it back, with its mark. */
const UNREAD_FOR_MS = 3_600_000;

interface LiveMessage {
  message: ChatMessage;
  meta: MessageMeta;
}

/**
 * Hears every message at least once. Order on each connection: subscribe, hold back what comes in, read by REST what
 * was missed, then let go. A sweep of the changed rooms every minute heals what the stream lost without saying so.
 * A room's watermark moves only when everything before it is in the journal.
 */
@Injectable()
export class IntakeService implements RealtimeListener {
  private readonly logger = new Logger(IntakeService.name);
  /** Of the connection that is live; undefined while there is none. */
  private generation?: number;
  /** Live messages held back during catch-up; undefined when they pass straight through. */
  private held?: LiveMessage[];
  private queue: Promise<unknown> = Promise.resolve();
  private timer?: Timer;
  private sweeping?: Promise<void>;
  private readonly ending = new AbortController();
  /** Connected, subscribed and caught up. */
  ready = false;

  constructor(
    private readonly chat: ChatApi,
    private readonly messages: MessageIntake,
    private readonly marks: Watermarks,
    private readonly presence: ChatPresence,
    private readonly alarm: ChatAlarm,
    private readonly clock: Clock,
  ) {}

  /**
   * @param knownHere the assistant was set up here before; with an empty journal that means the journal was lost.
   */
  async open(knownHere: boolean): Promise<void> {
    if ((await this.marks.fact('opened-at')) === undefined) await this.begin(knownHere);
    this.presence.recoverBefore = Number((await this.marks.fact('recover-before')) ?? 0);
  }

  live(generation: number): void {
    this.generation = generation;
    // What this connection brought before it was live is kept.
    this.held ??= [];
    this.enqueue(() => this.catchUp(generation));
  }

  message(message: ChatMessage, meta: MessageMeta, generation: number): void {
    if (this.ending.signal.aborted) return;
    if (generation !== this.generation || this.held) (this.held ??= []).push({ message, meta });
    else this.enqueue(() => this.takeLive({ message, meta }, generation));
  }

  subscriptionChanged(change: 'inserted' | 'updated' | 'removed', roomId: string): void {
    if (change !== 'inserted') return;
    this.messages.forgetRoom(roomId);
    // The first message of a new direct message may have come before its room was ours.
    this.enqueue(async () => {
      const readUntil = Number((await this.marks.fact('read-until')) ?? 0);
      const rooms = await this.chat.subscriptions(readUntil - OVERLAP_MS);
      const room = rooms.find((each) => each.roomId === roomId);
      if (room) await this.readRoom(room);
    });
  }

  down(reason: string): void {
    this.alarm.disconnected(reason);
    this.ready = false;
    this.generation = undefined;
    this.held = [];
  }

  async stop(): Promise<void> {
    this.ending.abort(new Error('stopping'));
    this.timer?.cancel();
    await this.sweeping;
    await this.queue;
  }

  private async begin(knownHere: boolean): Promise<void> {
    const now = this.clock.now();
    const since = knownHere ? now - RECOVERY_MS : now;
    if (knownHere) {
      this.logger.warn(
        'The journal is new although the assistant was here before: questions of the last hour are read back',
      );
      await this.marks.setFact('recover-before', String(now));
    }
    await this.marks.setFact('history-before', String(since));
    await this.marks.setFact('read-until', String(since));
    await this.marks.setFact('opened-at', String(now));
  }

  private async catchUp(generation: number): Promise<void> {
    if (generation !== this.generation) return;
    try {
      await this.sweep();
      if (generation !== this.generation) return;
      for (const { message, meta } of (this.held ?? []).sort((a, b) => a.message.at - b.message.at))
        await this.unlessRefused(message.roomId, () => this.messages.take(message, meta));
    } catch (error) {
      // Also where it is our own store that fails: until this is done nothing live is let through.
      await this.catchUpAgain(generation, error);
      return;
    }
    if (generation !== this.generation) return;
    this.held = undefined;
    this.ready = true;
    this.alarm.clear('disconnected');
    this.scheduleSweep();
  }

  private async catchUpAgain(generation: number, error: unknown): Promise<void> {
    this.logger.warn(
      `Reading messages failed: ${error instanceof Error ? error.message : String(error)}; trying again`,
    );
    const wait = error instanceof ChatError ? error.details.retryAfterMs : undefined;
    await this.clock.sleep(wait ?? RETRY_MS, this.ending.signal).catch(() => undefined);
    this.enqueue(() => this.catchUp(generation));
  }

  /** One that cannot be taken now is held, and what comes behind it as well: nothing overtakes it. */
  private async takeLive(live: LiveMessage, generation: number): Promise<void> {
    if (this.held) {
      this.held.push(live);
      return;
    }
    try {
      await this.messages.take(live.message, live.meta);
    } catch (error) {
      (this.held ??= []).push(live);
      this.ready = false;
      await this.catchUpAgain(generation, error);
    }
  }

  private scheduleSweep(): void {
    this.timer?.cancel();
    this.timer = this.clock.after(SWEEP_EVERY_MS, () => {
      if (this.ready && !this.sweeping) this.sweeping = this.sweepBetween();
      this.scheduleSweep();
    });
  }

  /** A sweep in which each room takes its turn: what people write meanwhile does not wait until all of them are read. */
  private async sweepBetween(): Promise<void> {
    try {
      await this.sweep((work) => this.inTurn(work));
    } catch (error) {
      if (error instanceof ChatError) this.logger.warn(`The sweep failed: ${error.message}`);
      else this.logFailure(error);
    } finally {
      this.sweeping = undefined;
    }
  }

  /** Reads every room that changed since it was last read; `turn` says when a room is read. */
  private async sweep(turn = <T>(work: () => Promise<T>): Promise<T> => work()): Promise<void> {
    const readUntil = Number((await this.marks.fact('read-until')) ?? this.clock.now());
    const rooms = await this.chat.subscriptions(readUntil - OVERLAP_MS);
    let all = true;
    for (const room of rooms)
      if (!(await turn(() => this.unlessRefused(room.roomId, () => this.readRoom(room))))) all = false;
    // By the server's own stamps, so that a clock of ours that runs ahead loses nothing.
    const newest = Math.max(
      readUntil,
      ...rooms.map(({ updatedAt, lastMessageAt }) => Math.max(updatedAt, lastMessageAt ?? 0)),
    );
    // A room left unread has to be among the changed ones next time, too.
    await this.marks.setFact(
      'read-until',
      String(all ? newest : Math.max(readUntil, newest - UNREAD_FOR_MS)),
    );
  }

  /** One room that cannot be read must not keep the others unheard. False: it could not. */
  private async unlessRefused(roomId: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof ChatError) || !error.aboutRoom) throw error;
      this.logger.warn(`Room ${roomId} cannot be read: ${error.message}`);
      return false;
    }
  }

  private async readRoom(room: ChatSubscription): Promise<void> {
    if (room.type === 'livechat') return;
    let mark = await this.marks.get(room.roomId);
    if (mark === undefined) {
      mark = await this.marks.sinceForNewRoom(OVERLAP_MS);
      await this.marks.open(room.roomId, mark);
    }
    const { joinedAt } = room;
    if (joinedAt !== undefined && joinedAt - JOIN_SLACK_MS > mark) {
      // What was said while we were out of the room was not said to us.
      mark = joinedAt - JOIN_SLACK_MS;
      await this.marks.cutHistory(room.roomId, mark);
    }
    if (Math.max(room.updatedAt, room.lastMessageAt ?? 0) < mark - OVERLAP_MS) return;
    const { messages } = await this.chat.syncMessages(room.roomId, mark - OVERLAP_MS);
    for (const message of [...messages].sort((a, b) => a.at - b.at)) await this.messages.take(message);
    const newest = Math.max(mark, ...messages.map(({ updatedAt }) => updatedAt));
    await this.marks.advance(room.roomId, newest);
  }

  /** One thing at a time, in order; what fails is logged, and the next sweep reads it again. */
  private enqueue(work: () => Promise<unknown>): void {
    this.inTurn(work).catch((error: unknown) => this.logFailure(error));
  }

  /** Settles as `work` does, once everything before it is done. Rejects without it when we are stopping. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.queue.then(() => {
      this.ending.signal.throwIfAborted();
      return work();
    });
    this.queue = done.catch(() => undefined);
    return done;
  }

  private logFailure(error: unknown): void {
    if (error === this.ending.signal.reason) return;
    this.logger.error(
      `Intake failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}
