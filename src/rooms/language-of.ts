import { Injectable } from '@nestjs/common';
import { Settings, type Language } from '../config/settings';
import { Store, type Queries } from '../storage/store';

/** The language to speak in a room: the room's own, else the workspace's. Never guessed. */
@Injectable()
export class LanguageOf {
  constructor(
    private readonly store: Store,
    private readonly settings: Settings,
  ) {}

  /** @param queries the open transaction, where there is one. */
  async of(roomId: string, queries: Queries = this.store): Promise<Language> {
    const row = await queries.get<{ language: string | null }>(
      'SELECT language FROM rooms WHERE room_id = ?',
      roomId,
    );
    return row?.language === 'en' || row?.language === 'pl' ? row.language : this.settings.RDZEN_LANGUAGE;
  }
}
