import { Injectable, Logger } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import type { Transition } from '../core-registry/core.types';
import type { NewNotice, Question } from '../journal/journal.types';
import { NoticeJournal } from '../journal/notice-journal';
import { QuestionJournal } from '../journal/question-journal';
import { LanguageOf } from '../rooms/language-of';
import type { Transaction } from '../storage/store';
import type { AlertCatalogue } from '../texts/alerts';
import { texts } from '../texts/texts';
import type { Language } from '../config/settings';
import { ADMIN_ROOM } from '../rooms/admin-room';
import { NoticeRoom } from '../rooms/notice-room';

/** Who asked for a switch that nobody asked for and no failure forced. */
export const BY_SLOWNESS = 'rdzen:slow';
export const BY_PREFERENCE = 'rdzen:preferred';

const OVER = ':over';

/** Tells the rooms that wait, and the notice room, what happened to the cores. */
@Injectable()
export class FailoverNotices {
  private readonly logger = new Logger(FailoverNotices.name);

  constructor(
    private readonly journal: QuestionJournal,
    private readonly notices: NoticeJournal,
    private readonly registry: CoreRegistry,
    private readonly languages: LanguageOf,
    private readonly noticeRoom: NoticeRoom,
  ) {}

  /** Within the promotion's transaction, so that a crash cannot separate the two. */
  async writeSwitch(transition: Transition, tx: Transaction): Promise<void> {
    const { from, to, epoch, by } = transition;
    const say = async (roomId: string): Promise<string> => {
      const text = texts(await this.languages.of(roomId, tx));
      if (by === 'automatic') return text.switched({ from, to });
      if (by === BY_SLOWNESS) return text.switchedFromSlow({ from, to });
      return by === BY_PREFERENCE ? text.switchedBack({ from, to }) : text.switchedByHand({ from, to });
    };
    const notices: NewNotice[] = [];
    const room = this.noticeRoom.id;
    if (room) notices.push({ key: `switch:${epoch}:${room}`, roomId: room, text: await say(room) });
    if (by === 'automatic') {
      for (const question of onePerPlace(await this.journal.waiting(tx))) {
        const { roomId, answerThreadId: threadId } = question;
        if (roomId === room && !threadId) continue;
        notices.push({
          key: `switch:${epoch}:${roomId}:${threadId ?? ''}`,
          roomId,
          threadId,
          text: await say(roomId),
        });
      }
    }
    await this.notices.write(notices, tx);
  }

  /**
   * Once per place and blackout. The epoch and the oldest waiting question name it, so that a restart in between does
   * not tell it again; `told` remembers the places once that question is gone.
   */
  async writeBlackout(told: Set<string>): Promise<void> {
    const waiting = await this.journal.waiting();
    const counts = new Map<string, number>();
    for (const { roomId } of waiting) counts.set(roomId, (counts.get(roomId) ?? 0) + 1);
    const notices: NewNotice[] = [];
    for (const question of onePerPlace(waiting)) {
      const { id, roomId, answerThreadId: threadId } = question;
      if (told.has(placeOf(question))) continue;
      const text = this.waitingText(
        await this.languages.of(roomId),
        threadId ? 1 : (counts.get(roomId) ?? 1),
      );
      notices.push({ key: `blackout:${this.registry.epoch}:${id}`, roomId, threadId, text });
    }
    if (notices.length === 0) return;
    await this.notices.write(notices);
    for (const question of waiting) told.add(placeOf(question));
    this.announce();
  }

  /**
   * To the administrators' room, in the workspace's language, and into the log. Once per key.
   *
   * @param key names the incident
   */
  async writeAlert(key: string, say: (text: AlertCatalogue) => string): Promise<void> {
    const text = say(texts(await this.languages.of(ADMIN_ROOM)));
    if ((await this.notices.write([{ key: `alert:${key}`, roomId: ADMIN_ROOM, text }])) === 0) return;
    this.logger.warn(`Alert ${key}: ${say(texts('en'))}`);
    this.notices.announce('alert');
  }

  /** When the incident of that name began whose end was not told yet (epoch ms), over restarts as well. */
  async openIncident(name: string): Promise<number | undefined> {
    const key = await this.notices.newest(`alert:${name}:`);
    return key === undefined || key.endsWith(OVER) ? undefined : Number(key.split(':')[2]);
  }

  /** As {@link writeAlert}: its beginning (epoch ms) names the incident, and once more for its end. */
  writeIncident(
    name: string,
    since: number,
    turn: 'begins' | 'ends',
    say: (text: AlertCatalogue) => string,
  ): Promise<void> {
    return this.writeAlert(`${name}:${since}${turn === 'ends' ? OVER : ''}`, say);
  }

  private waitingText(language: Language, waiting: number): string {
    const { preparing } = this.registry.preparation;
    if (!preparing) return texts(language).blackout({ waiting });
    const { step, receivedBytes, totalBytes, secondsLeft } = preparing;
    const percent =
      receivedBytes !== undefined && totalBytes ? (receivedBytes / totalBytes) * 100 : undefined;
    return texts(language).preparing({ step, percent, secondsLeft, waiting });
  }

  announce(): void {
    this.notices.announce('switch');
  }
}

/** The oldest waiting question of every room or thread. */
function onePerPlace(waiting: readonly Question[]): Question[] {
  const places = new Map<string, Question>();
  for (const question of waiting) {
    const place = placeOf(question);
    if (!places.has(place)) places.set(place, question);
  }
  return [...places.values()];
}

function placeOf({ roomId, answerThreadId }: Question): string {
  return `${roomId}/${answerThreadId ?? ''}`;
}
