import { Injectable, Logger } from '@nestjs/common';
import { ModelProfile } from '../core-registry/model-profile';
import { EventBus } from '../events/event-bus';
import '../generation/generation.events';
import { NoticeJournal } from '../journal/notice-journal';
import { ADMIN_ROOM } from '../rooms/admin-room';
import { LanguageOf } from '../rooms/language-of';
import { texts } from '../texts/texts';

/** Tells the administrators, once for each model, that components lie idle because the model calls no tools. */
@Injectable()
export class NoToolsTeller {
  private readonly logger = new Logger(NoToolsTeller.name);

  constructor(
    private readonly notices: NoticeJournal,
    private readonly languages: LanguageOf,
    private readonly profile: ModelProfile,
    bus: EventBus,
  ) {
    bus.on('core.calls-no-tools', ({ coreId }) => this.tell(coreId));
  }

  private async tell(coreId: number): Promise<void> {
    const { model } = this.profile;
    this.logger.warn(`Core ${coreId} says that its model ${model} calls no tools; it is asked without them`);
    const key = `alert:calls-no-tools:${model}`;
    const text = texts(await this.languages.of(ADMIN_ROOM)).modelCallsNoTools({ model });
    if ((await this.notices.write([{ key, roomId: ADMIN_ROOM, text }])) > 0) this.notices.announce(key);
  }
}
