import { Injectable, Logger } from '@nestjs/common';
import { EventBus } from '../events/event-bus';
import { NoticeJournal } from '../journal/notice-journal';
import { ADMIN_ROOM } from '../rooms/admin-room';
import { LanguageOf } from '../rooms/language-of';
import type { AlertCatalogue } from '../texts/alerts';
import { texts } from '../texts/texts';
import './pool.events';

const HOUR_MS = 3_600_000;

/**
 * Tells the administrators of components that die again and again, or take most of what they may, hourly at most each; and
 * of those that keep too much, once.
 */
@Injectable()
export class ComponentWarnings {
  private readonly logger = new Logger('Components');

  constructor(
    bus: EventBus,
    private readonly notices: NoticeJournal,
    private readonly languages: LanguageOf,
  ) {
    bus.on('component.unavailable', ({ component, lockId, reason, at }) =>
      this.alert(`unavailable:${lockId}`, at, (text) =>
        text.componentUnavailable({ name: component, reason }),
      ),
    );
    bus.on('component.egress-denied', ({ component, target, reason }) =>
      this.logger.warn(`Component ${component} wanted to reach ${target} and was refused (${reason})`),
    );
    bus.on('component.full', ({ component, lockId, limitMiB, overSince }) =>
      this.alertOnce(`full:${lockId}:${overSince}`, (text) =>
        text.componentFull({ name: component, limitMiB }),
      ),
    );
    bus.on('component.has-room', ({ component, limitMiB }) =>
      this.logger.log(`Component ${component} keeps no more than ${limitMiB} MiB again`),
    );
    bus.on('component.strained', ({ component, lockId, of, percent, at }) =>
      this.alert(`strained:${of}:${lockId}`, at, (text) =>
        text.componentStrained({ name: component, of, percent }),
      ),
    );
  }

  private alert(key: string, at: number, say: (text: AlertCatalogue) => string): Promise<void> {
    return this.alertOnce(`${key}:${Math.floor(at / HOUR_MS)}`, say);
  }

  private async alertOnce(key: string, say: (text: AlertCatalogue) => string): Promise<void> {
    const text = say(texts(await this.languages.of(ADMIN_ROOM)));
    const name = `alert:component:${key}`;
    if ((await this.notices.write([{ key: name, roomId: ADMIN_ROOM, text }])) === 0) return;
    this.logger.warn(say(texts('en')));
    this.notices.announce('alert');
  }
}
