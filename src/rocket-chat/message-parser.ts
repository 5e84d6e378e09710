import type { ChatMessage, MessageMeta } from './chat-types';
import { parseRoomType } from './room-parser';
import { listOf, recordOf, recordsOf, textOf, timeOf } from './wire-values';

/**
 * One message as REST (ISO dates) or the socket (`{$date}`) sends it; undefined for anything that lacks `_id`, `rid`,
 * `u._id` or a time. Never throws.
 */
export function parseMessage(raw: unknown): ChatMessage | undefined {
  const wire = recordOf(raw);
  const author = recordOf(wire?.['u']);
  const id = textOf(wire?.['_id']);
  const roomId = textOf(wire?.['rid']);
  const authorId = textOf(author?.['_id']);
  const written = timeOf(wire?.['ts']);
  const at = written ?? timeOf(wire?.['_updatedAt']);
  if (!wire || !author || !id || !roomId || !authorId || at === undefined) return undefined;

  const message: ChatMessage = {
    id,
    roomId,
    text: typeof wire['msg'] === 'string' ? wire['msg'] : '',
    author: { id: authorId, username: textOf(author['username']) ?? '' },
    at,
    updatedAt: timeOf(wire['_updatedAt']) ?? at,
    mentions: recordsOf(wire['mentions']).flatMap((mention) => {
      const mentioned = textOf(mention['_id']);
      return mentioned ? [{ id: mentioned, username: textOf(mention['username']) ?? '' }] : [];
    }),
    attachments: Math.max(listOf(wire['attachments']).length, fileCount(wire['files'], wire['file'])),
  };
  const name = textOf(author['name']);
  const threadId = textOf(wire['tmid']);
  const systemType = textOf(wire['t']);
  const editedAt = timeOf(wire['editedAt']);
  if (name) message.author.name = name;
  if (threadId) message.threadId = threadId;
  if (systemType) message.systemType = systemType;
  if (editedAt !== undefined) message.editedAt = editedAt;
  if (wire['bot']) message.bot = true;
  if (systemType === 'e2e' || recordOf(wire['content'])) message.encrypted = true;
  if (wire['_hidden'] === true) message.hidden = true;
  if (wire['imported'] === true) message.imported = true;
  return message;
}

export function parseMessages(raw: unknown): ChatMessage[] {
  return listOf(raw).flatMap((entry) => parseMessage(entry) ?? []);
}

/** The second argument of a `__my_messages__` event; undefined where the room type is missing or unknown. */
export function parseMessageMeta(raw: unknown): MessageMeta | undefined {
  const wire = recordOf(raw);
  const roomType = parseRoomType(wire?.['roomType']);
  if (!wire || !roomType) return undefined;
  const roomName = textOf(wire['roomName']);
  return { participant: wire['roomParticipant'] === true, roomType, ...(roomName && { roomName }) };
}

/** Thumbnails stand in `files` too, so the number of files with an id is an upper bound. */
function fileCount(files: unknown, file: unknown): number {
  return recordsOf(files).length || (recordOf(file) ? 1 : 0);
}
