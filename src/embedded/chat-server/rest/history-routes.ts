import type { MessageDocument, Removal, RoomKind, UserDocument } from '../records/documents';
import { Refusal } from '../refusal';
import type { ChatCore } from '../service/chat-core';
import type { Messages } from '../service/messages';
import type { Rooms } from '../service/rooms';
import { date, get, number, optionalText, text, type RestRoute } from './rest-route';
import { Shape, type Fields, type Values } from './shape';

const HISTORY: Fields = {
  latest: 'id',
  oldest: 'id',
  inclusive: 'flag',
  unreads: 'flag',
  showThreadMessages: 'flag',
  count: 'number',
  offset: 'number',
  sort: 'text',
};
const DEFAULT_COUNT = 20;
const UNLIMITED = -1;

export function historyRoutes(core: ChatCore, rooms: Rooms, messages: Messages): RestRoute[] {
  const history = (path: string, kind: RoomKind): RestRoute =>
    get(
      path,
      kind === 'd'
        ? new Shape({ 'roomId!': 'id', ...HISTORY })
        : new Shape({ 'roomId!': 'id', ...HISTORY }, { 'roomName!': 'id', ...HISTORY }),
      async (user, values) => {
        const room = await roomOf(rooms, user, values);
        if (room.t !== kind) {
          throw Refusal.coded(
            'error-room-not-found',
            'The required "roomId" or "roomName" param provided does not match any channel',
          );
        }
        const oldest = date(values, 'oldest');
        const count = number(values, 'count', DEFAULT_COUNT);
        return {
          messages: await core.records.messages.history({
            roomId: room._id,
            latest: date(values, 'latest') ?? new Date(core.now().getTime() + 1),
            ...(oldest && { oldest }),
            inclusive: values['inclusive'] === 'true',
            threadMessages: values['showThreadMessages'] !== 'false',
            count: count === 0 ? UNLIMITED : count,
            offset: number(values, 'offset', 0),
          }),
        };
      },
    );

  return [
    history('channels.history', 'c'),
    history('groups.history', 'p'),
    history('im.history', 'd'),

    get(
      'chat.syncMessages',
      new Shape({
        'roomId!': 'text',
        lastUpdate: 'text',
        fromTs: 'text',
        count: 'number',
        next: 'text',
        previous: 'text',
        type: 'updated-or-deleted',
      }),
      async (user, values) => {
        const roomId = text(values, 'roomId');
        const lastUpdate = date(values, 'lastUpdate');
        const type = optionalText(values, 'type');
        const next = optionalText(values, 'next');
        const previous = optionalText(values, 'previous');
        if (!lastUpdate && !type) {
          throw Refusal.coded(
            'error-param-required',
            'The "type" or "lastUpdate" parameters must be provided',
          );
        }
        if (next && previous) {
          throw Refusal.coded(
            'error-cursor-conflict',
            'You cannot provide both "next" and "previous" parameters',
          );
        }
        if ((next || previous) && lastUpdate) {
          throw Refusal.coded(
            'error-cursor-and-lastUpdate-conflict',
            'The attributes "next", "previous" and "lastUpdate" cannot be used together',
          );
        }
        await accessible(rooms, user, roomId);
        if (lastUpdate) {
          const updated = await core.records.messages.changedAfter(roomId, lastUpdate);
          const deleted = await core.records.messages.removals(
            roomId,
            'after',
            lastUpdate.getTime(),
            UNLIMITED,
          );
          return { result: { updated, deleted } };
        }
        // As on the original, `type` without a cursor is no page of changes: it yields nothing.
        const cursor = next || previous;
        if (!cursor) return { result: { updated: [], deleted: [] } };
        const count = number(values, 'count', DEFAULT_COUNT);
        const query = { roomId, at: timestampOf(cursor), count, backwards: !next };
        return {
          result: type === 'UPDATED' ? await updatedPage(core, query) : await deletedPage(core, query),
        };
      },
    ),

    get(
      'chat.getThreadMessages',
      new Shape({ 'tmid!': 'id', aroundId: 'id', count: 'number', offset: 'number', sort: 'text' }),
      async (user, values) => {
        const tmid = text(values, 'tmid');
        if (!core.settings.threadsEnabled) throw Refusal.forbidden('error-not-allowed', 'Threads Disabled');
        const root = await messages.visible(user, tmid);
        if (!root) throw Refusal.coded('error-invalid-message', 'Invalid Message');
        const count = number(values, 'count', 50);
        const offset = number(values, 'offset', 0);
        const order = /"ts"\s*:\s*-1/.test(text(values, 'sort')) ? 'DESC' : 'ASC';
        const replies = await core.records.messages.thread(
          tmid,
          order,
          count === 0 ? UNLIMITED : count,
          offset,
        );
        const total = await core.records.messages.threadSize(tmid);
        return { messages: replies, count: replies.length, offset, total };
      },
    ),
  ];
}

function roomOf(rooms: Rooms, user: UserDocument, values: Values) {
  const roomId = optionalText(values, 'roomId');
  return rooms.visible(user, roomId === undefined ? { roomName: text(values, 'roomName') } : { roomId });
}

/** Here an unknown room is told like a forbidden one. */
async function accessible(rooms: Rooms, user: UserDocument, roomId: string): Promise<void> {
  try {
    await rooms.visible(user, { roomId });
  } catch (error) {
    throw error instanceof Refusal ? Refusal.forbidden('error-not-allowed', 'Not allowed') : error;
  }
}

interface PageQuery {
  roomId: string;
  at: number;
  count: number;
  backwards: boolean;
}

async function updatedPage(core: ChatCore, query: PageQuery) {
  const direction = query.backwards ? 'before' : 'after';
  const rows = await core.records.messages.changes(query.roomId, direction, query.at, query.count + 1);
  const { page, cursor } = cut(rows, query, (row: MessageDocument) => row._updatedAt);
  return { updated: page, deleted: [], cursor };
}

async function deletedPage(core: ChatCore, query: PageQuery) {
  const direction = query.backwards ? 'before' : 'after';
  const rows = await core.records.messages.removals(query.roomId, direction, query.at, query.count + 1);
  const { page, cursor } = cut(rows, query, (row: Removal) => row._deletedAt);
  return { updated: [], deleted: page, cursor };
}

/**
 * The cursor is the time of the page's last row and the next page begins strictly after it. So rows of the very same
 * millisecond beyond the page are never delivered: the original's hole, kept on purpose.
 */
function cut<T>(rows: T[], query: PageQuery, timeOf: (row: T) => Date) {
  const more = rows.length > query.count;
  const page = rows.slice(0, query.count);
  const first = page[0] && String(timeOf(page[0]).getTime());
  const last = page.at(-1) && String(timeOf(page.at(-1) as T).getTime());
  const cursor = query.backwards
    ? { next: first ?? null, previous: more ? (last ?? null) : null }
    : { next: more ? (last ?? null) : null, previous: first ?? null };
  return { page, cursor };
}

function timestampOf(cursor: string): number {
  const timestamp = Number.parseInt(cursor, 10);
  if (Number.isNaN(new Date(timestamp).getTime())) throw new Refusal('Invalid Date');
  return timestamp;
}
