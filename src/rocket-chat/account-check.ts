import type { ChatApi } from './chat-api';
import { ChatError } from './chat-error';
import type { ChatIdentity, ChatRoom } from './chat-types';

export type AccountProblemCode =
  | 'login-refused'
  | 'role-bot-missing'
  | 'role-user-missing'
  | 'notice-room-missing'
  | 'notice-room-not-joined'
  | 'notice-room-closed'
  | 'admins-unreadable'
  | 'no-admin-seen'
  | 'editing-off'
  | 'threads-off';

export interface AccountProblem {
  code: AccountProblemCode;
  /** What is missing and what that means for the assistant. */
  message: string;
  /** What to do about it. */
  remedy: string;
}

/** Roles that hold api-bypass-rate-limit. */
const UNLIMITED = ['bot', 'admin', 'app'];

/**
 * Everything the account lacks on a server that somebody else runs; empty where all is well. Changes nothing there.
 * `noticeRoom`: as for `resolveRoom`. Rejects with ChatError only where the server could not be asked (`transient`).
 */
export async function checkAccount(api: ChatApi, noticeRoom?: string): Promise<AccountProblem[]> {
  const identity = await refusedAsProblem(api.login());
  if (!isIdentity(identity)) return [identity];
  return [
    ...rolesOf(identity),
    ...(await settingsOf(api)),
    ...(await adminsOf(api)),
    ...(noticeRoom ? await noticeRoomOf(api, identity, noticeRoom) : []),
  ];
}

function isIdentity(value: ChatIdentity | AccountProblem): value is ChatIdentity {
  return 'userId' in value;
}

async function refusedAsProblem(login: Promise<ChatIdentity>): Promise<ChatIdentity | AccountProblem> {
  try {
    return await login;
  } catch (failure) {
    if (!(failure instanceof ChatError) || failure.transient) throw failure;
    const remedy =
      'Log in to Rocket.Chat as this account, make a personal access token that ignores two-factor, restart with it.';
    return { code: 'login-refused', message: failure.message, remedy };
  }
}

function rolesOf({ username, roles }: ChatIdentity): AccountProblem[] {
  const problems: AccountProblem[] = [];
  if (!roles.some((role) => UNLIMITED.includes(role))) {
    problems.push({
      code: 'role-bot-missing',
      message: `The account ${username} lacks the role bot: the server allows it 10 posts or edits a minute.`,
      remedy: `Administration, Users, ${username}, Edit: add the role bot (it holds api-bypass-rate-limit).`,
    });
  }
  if (!roles.includes('user') && !roles.includes('admin')) {
    problems.push({
      code: 'role-user-missing',
      message: `The account ${username} lacks the role user: it cannot read private rooms (view-p-room) nor make a token.`,
      remedy: `Administration, Users, ${username}, Edit: add the role user beside bot.`,
    });
  }
  return problems;
}

async function settingsOf(api: ChatApi): Promise<AccountProblem[]> {
  const limits = await api.limits();
  const problems: AccountProblem[] = [];
  if (!limits.editingAllowed) {
    problems.push({
      code: 'editing-off',
      message:
        'Message_AllowEditing is off or ends after some minutes: answers appear at once when complete, not while they grow.',
      remedy: 'Administration, Settings, Message: allow editing, block editing after 0 minutes.',
    });
  }
  if (!limits.threadsEnabled) {
    problems.push({
      code: 'threads-off',
      message: 'Threads_enabled is off: answers to questions in channels cannot stand in threads.',
      remedy: 'Administration, Settings, Threads: enable them, or set RDZEN_ANSWER_IN=room.',
    });
  }
  return problems;
}

async function adminsOf(api: ChatApi): Promise<AccountProblem[]> {
  try {
    if ((await api.usersInPublicRole('admin')).length > 0) return [];
  } catch (failure) {
    if (!(failure instanceof ChatError) || failure.transient) throw failure;
    const message = `The server does not tell who holds which role (${failure.message}): commands that need a role are refused to everyone.`;
    return [
      {
        code: 'admins-unreadable',
        message,
        remedy: 'Allow the account to call roles.getUsersInPublicRoles.',
      },
    ];
  }
  return [
    {
      code: 'no-admin-seen',
      message:
        'The server names nobody with the role admin: commands that need it are refused to everyone until somebody has it.',
      remedy:
        'If there is an admin, give that role a description and the scope Users (Administration, Permissions): it is hidden.',
    },
  ];
}

async function noticeRoomOf(
  api: ChatApi,
  { username }: ChatIdentity,
  target: string,
): Promise<AccountProblem[]> {
  const room = await seenRoom(api, target);
  if (!room) {
    const message = `The notice room ${target} does not exist, or ${username} cannot see it.`;
    return [
      {
        code: 'notice-room-missing',
        message,
        remedy: 'Create it and invite the account, or set RDZEN_NOTICE_ROOM.',
      },
    ];
  }
  const name = room.name ?? target;
  const problems: AccountProblem[] = [];
  if (room.archived || room.readOnly) {
    const message = `The notice room ${name} is ${room.archived ? 'archived' : 'read-only'}: notices may be refused.`;
    problems.push({
      code: 'notice-room-closed',
      message,
      remedy: 'Open the room, give the account post-readonly there, or set RDZEN_NOTICE_ROOM.',
    });
  }
  const joined = (await api.subscriptions()).some((subscription) => subscription.roomId === room.id);
  if (!joined) {
    const message = `The account ${username} is not a member of the notice room ${name}.`;
    problems.push({
      code: 'notice-room-not-joined',
      message,
      remedy: `Write /invite @${username} in the room ${name}.`,
    });
  }
  return problems;
}

async function seenRoom(api: ChatApi, target: string): Promise<ChatRoom | undefined> {
  try {
    return await api.resolveRoom(target);
  } catch (failure) {
    if (failure instanceof ChatError && (failure.kind === 'room-not-found' || failure.kind === 'forbidden'))
      return undefined;
    throw failure;
  }
}
