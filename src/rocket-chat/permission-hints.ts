import { ChatError } from './chat-error';

/** What a refused call needs, in the words of Rocket.Chat's permission page. */
const NEEDS: Readonly<Record<string, string>> = {
  'chat.sendMessage': 'must be a member of the room and allowed to write in it',
  'chat.update':
    'must own the message, and Message_AllowEditing must be on (or the permission edit-message held)',
  'chat.getMessage': 'must be a member of the room',
  'chat.syncMessages': 'must be a member of the room',
  'chat.getThreadMessages': 'must be a member of the room, and Threads_enabled must be on',
  'channels.history': 'needs view-c-room (role user or bot) or membership of the channel',
  'groups.history':
    'must be a member of the private group and needs view-p-room (role user; bot alone lacks it)',
  'im.history': 'needs view-d-room (role user or bot)',
  'im.create': 'needs create-d (role user or bot)',
  'channels.join':
    'needs view-c-room, and join-without-join-code where the channel asks for a code (role bot)',
  'groups.create': 'needs create-p (role user or bot)',
  'groups.invite': 'must be owner or moderator of the private group (add-user-to-joined-room)',
  'channels.roles': 'needs view-c-room (role user or bot) or membership of the channel',
  'groups.roles': 'must be a member of the private group and needs view-p-room (role user)',
  'rooms.info': 'needs view-c-room, or membership of the room',
};

/**
 * Adds to a `forbidden` refusal what the account lacks; any other error goes through as it is. A refused post means that
 * this one room is closed to us (we were removed, say), not that the account is set up wrongly.
 */
export function withHint(route: string, username: string, failure: unknown): unknown {
  if (!(failure instanceof ChatError) || failure.kind !== 'forbidden') return failure;
  const need = NEEDS[route];
  const kind = route === 'chat.sendMessage' ? 'room-closed' : 'forbidden';
  return need
    ? new ChatError(kind, `${failure.message} The account ${username} ${need}.`, failure.details)
    : failure;
}
