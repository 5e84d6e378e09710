import type { Clock } from '../shared/clock';
import { ChatError } from './chat-error';
import type { ChatMessage, SyncPage } from './chat-types';
import { parseMessage } from './message-parser';
import { listOf, recordOf, recordsOf, textOf, timeOf, type WireRecord } from './wire-values';

const PAGE = 100;
/** Longer than this nobody waits in the middle of a room: others want to be read as well. */
const LONGEST_WAIT_MS = 60_000;

type Query = Readonly<Record<string, string | number>>;
/** Calls `chat.syncMessages` and resolves with its `result`. */
export type SyncCall = (query: Query) => Promise<WireRecord>;

/** What cannot be read page by page without a gap; the unbounded form must do it. */
class PagingImpossible extends Error {}

/**
 * Everything changed in a room at or after a moment. The server pages by `_updatedAt` with "greater than", so a second
 * message of the border's millisecond would be skipped: each page begins 1 ms before the last change seen, and what
 * comes twice is dropped by id and time.
 */
export class MessageSync {
  /** False once a server has refused the paged form (older than 7.0). */
  private paged = true;

  constructor(
    private readonly clock: Clock,
    private readonly call: SyncCall,
  ) {}

  async since(roomId: string, since: number): Promise<SyncPage> {
    if (this.paged) {
      try {
        return pageOf(await this.pages(roomId, since));
      } catch (failure) {
        if (failure instanceof ChatError && failure.kind === 'bad-request') this.paged = false;
        else if (!(failure instanceof PagingImpossible)) throw failure;
      }
    }
    const result = await this.call({ roomId, lastUpdate: new Date(since - 1).toISOString() });
    return pageOf(recordsOf(result['updated']));
  }

  private async pages(roomId: string, since: number): Promise<WireRecord[]> {
    const found = new Map<string, WireRecord>();
    for (let cursor = since - 1; ;) {
      const query = { roomId, type: 'UPDATED', next: String(cursor), count: PAGE };
      const page = await this.page(query, found.size > 0);
      const rows = listOf(page['updated']);
      const times = rows.map((row) => timeOf(recordOf(row)?.['_updatedAt']));
      const known = found.size;
      rows.forEach((row, index) => {
        const record = recordOf(row);
        if (record) found.set(`${textOf(record['_id']) ?? ''}@${times[index] ?? index}`, record);
      });
      const more = recordOf(page['cursor'])?.['next'];
      if (rows.length === 0 || more === null || more === undefined || more === '') return [...found.values()];
      const stamps = times.filter((time) => time !== undefined);
      const last = Math.max(...stamps);
      // More changes in one millisecond than a page holds, or a server that pages from the other end.
      const ascending = stamps.every((time, index) => index === 0 || time >= (stamps[index - 1] ?? 0));
      if (found.size === known || !Number.isFinite(last) || !ascending) throw new PagingImpossible();
      cursor = last - 1;
    }
  }

  /** A limit met halfway is waited out: giving up would make the next try begin at the start again. */
  private async page(query: Query, halfway: boolean): Promise<WireRecord> {
    for (let waited = 0; ;) {
      try {
        return await this.call(query);
      } catch (failure) {
        const wait =
          failure instanceof ChatError && failure.kind === 'rate-limited'
            ? failure.details.retryAfterMs
            : undefined;
        if (!halfway || wait === undefined || waited + wait > LONGEST_WAIT_MS) throw failure;
        waited += wait;
        await this.clock.sleep(wait);
      }
    }
  }
}

/** Newest state of each message, oldest change first. */
function pageOf(updated: readonly WireRecord[]): SyncPage {
  const newest = new Map<string, ChatMessage>();
  for (const raw of updated) {
    const message = parseMessage(raw);
    const known = message && newest.get(message.id);
    if (message && (!known || known.updatedAt <= message.updatedAt)) newest.set(message.id, message);
  }
  return { messages: [...newest.values()].sort((a, b) => a.updatedAt - b.updatedAt || a.at - b.at) };
}
