import type { ErrorCode } from '../shared/error-codes';
import { RdzenError } from '../shared/rdzen-error';
import type { AdminCaller } from './admin-caller';
import { ChatError } from './chat-error';
import { recordOf, textOf } from './wire-values';

export interface Seat {
  userId: string;
  username: string;
  /** Of a channel or a private group, without `#`. */
  room: string;
}

/**
 * Brings the account into the room as an administrator would: into the channel, else into the private group of that name
 * where the administrator is in it, else into a channel made for it. Invited twice is invited once.
 *
 * @returns true where the channel was made
 * @throws RdzenError CHAT_NOTICE_ROOM_PRIVATE, CHAT_NOTICE_ROOM_REFUSED; ChatError where it may pass by itself
 */
export async function takeSeat(asAdmin: AdminCaller, { userId, username, room }: Seat): Promise<boolean> {
  try {
    const channel = await found(asAdmin, 'channels.info', 'channel', room);
    if (channel !== undefined) {
      await asAdmin.call({ method: 'POST', route: 'channels.invite', body: { roomId: channel, userId } });
      return false;
    }
    const group = await found(asAdmin, 'groups.info', 'group', room);
    if (group !== undefined) {
      await asAdmin.call({ method: 'POST', route: 'groups.invite', body: { roomId: group, userId } });
      return false;
    }
    await asAdmin.call({
      method: 'POST',
      route: 'channels.create',
      body: { name: room, members: [username] },
    });
    return true;
  } catch (error) {
    if (!(error instanceof ChatError) || error.transient || error.kind === 'unauthorized') throw error;
    throw refused(error, username, room);
  }
}

/** Undefined where there is none of that name, or none the administrator may see. */
async function found(
  asAdmin: AdminCaller,
  route: string,
  key: string,
  roomName: string,
): Promise<string | undefined> {
  try {
    const reply = await asAdmin.call({ method: 'GET', route, query: { roomName } });
    return textOf(recordOf(reply[key])?.['_id']);
  } catch (error) {
    if (error instanceof ChatError && error.kind === 'room-not-found') return undefined;
    // A group the administrator is not in is refused, as one that is not there.
    if (error instanceof ChatError && route === 'groups.info' && error.aboutRoom) return undefined;
    throw error;
  }
}

function refused(error: ChatError, username: string, room: string): RdzenError {
  const taken = /error-duplicate-channel-name|channel name is (already )?taken|already exists/i.test(
    `${error.details.errorType ?? ''} ${error.message}`,
  );
  const code: ErrorCode = taken ? 'CHAT_NOTICE_ROOM_PRIVATE' : 'CHAT_NOTICE_ROOM_REFUSED';
  const what = taken
    ? `@${username} could not be seated in #${room}: a private room of that name is there, and the administrator is not in it. Somebody who is in it writes /invite @${username} there; or set RDZEN_NOTICE_ROOM to another room.`
    : `@${username} could not be seated in #${room}. Write /invite @${username} there, or create the room; or set RDZEN_NOTICE_ROOM to another room.`;
  return new RdzenError(code, `${what} The server says: ${error.message}`, { cause: error });
}
