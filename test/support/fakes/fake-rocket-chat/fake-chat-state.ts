export interface FakeUser {
  _id: string;
  username: string;
  name: string;
  roles: string[];
  password?: string;
}

export interface FakeRoom {
  _id: string;
  t: 'c' | 'p' | 'd';
  name?: string;
  members: string[];
  ro?: boolean;
  roles?: { userId: string; roles: string[] }[];
  updatedAt: number;
}

export interface FakeMessage {
  _id: string;
  rid: string;
  msg: string;
  u: { _id: string; username: string; name: string };
  ts: number;
  updatedAt: number;
  tmid?: string;
  editedAt?: number;
  extra?: Record<string, unknown>;
}

/** Users, rooms, messages and tokens of the fake; no protocol in here. */
export class FakeChatState {
  readonly users = new Map<string, FakeUser>();
  readonly rooms = new Map<string, FakeRoom>();
  readonly messages = new Map<string, FakeMessage>();
  readonly deleted: { _id: string; rid: string; at: number }[] = [];
  /** Token to user id. */
  readonly tokens = new Map<string, string>();
  readonly settings: Record<string, unknown> = {
    Message_MaxAllowedSize: 5000,
    Message_AllowEditing: true,
    Message_AllowEditing_BlockEditInMinutes: 0,
    Threads_enabled: true,
    UI_Use_Real_Name: false,
  };
  onMessage: (message: FakeMessage) => void = () => undefined;
  private lastId = 0;
  private lastStamp = 0;

  constructor() {
    this.addUser({
      _id: 'bot-id',
      username: 'system-bot',
      name: 'System Bot',
      roles: ['bot', 'user'],
      password: 'secret',
    });
    this.addUser({ _id: 'anna-id', username: 'anna', name: 'Anna', roles: ['admin'] });
    this.addRoom({ _id: 'GENERAL', t: 'c', name: 'general', members: ['bot-id', 'anna-id'] });
    this.addRoom({ _id: 'direct', t: 'd', members: ['bot-id', 'anna-id'] });
  }

  addUser(user: FakeUser): void {
    this.users.set(user._id, user);
  }

  addRoom(room: Omit<FakeRoom, 'updatedAt'>): void {
    this.rooms.set(room._id, { ...room, updatedAt: this.stamp() });
  }

  userNamed(username: unknown): FakeUser | undefined {
    return [...this.users.values()].find((user) => user.username === username);
  }

  roomNamed(name: unknown): FakeRoom | undefined {
    return [...this.rooms.values()].find((room) => room.name !== undefined && room.name === name);
  }

  newToken(userId: string): string {
    const token = `token-${++this.lastId}`;
    this.tokens.set(token, userId);
    return token;
  }

  /** Somebody writes; dates are distinct unless given. */
  say(rid: string, userId: string, msg: string, more: Partial<FakeMessage> = {}): FakeMessage {
    const user = this.users.get(userId);
    if (!user) throw new Error(`no user ${userId}`);
    const at = more.ts ?? this.stamp();
    const u = { _id: user._id, username: user.username, name: user.name };
    const message: FakeMessage = { _id: `m${++this.lastId}`, rid, msg, u, ts: at, updatedAt: at, ...more };
    this.messages.set(message._id, message);
    const room = this.rooms.get(rid);
    if (room) room.updatedAt = message.updatedAt;
    this.onMessage(message);
    return message;
  }

  /** An edit, or with `text` undefined any other change (reaction, preview). */
  change(id: string, text?: string): void {
    const message = this.messages.get(id);
    if (!message) throw new Error(`no message ${id}`);
    message.updatedAt = this.stamp();
    if (text !== undefined) {
      message.msg = text;
      message.editedAt = message.updatedAt;
    }
    this.onMessage(message);
  }

  remove(id: string): void {
    const message = this.messages.get(id);
    this.messages.delete(id);
    if (message) this.deleted.push({ _id: id, rid: message.rid, at: this.stamp() });
  }

  inRoom(rid: string): FakeMessage[] {
    return [...this.messages.values()].filter((message) => message.rid === rid);
  }

  private stamp(): number {
    this.lastStamp = Math.max(Date.now(), this.lastStamp + 1);
    return this.lastStamp;
  }
}

/** As it goes over the wire: `date` writes ISO strings for REST, `{$date}` for the socket. */
export function wireMessage(message: FakeMessage, date: (at: number) => unknown): Record<string, unknown> {
  const { ts, updatedAt, editedAt, extra, ...rest } = message;
  return {
    ...rest,
    ...extra,
    ts: date(ts),
    _updatedAt: date(updatedAt),
    ...(editedAt !== undefined && { editedAt: date(editedAt) }),
  };
}

export const isoDate = (at: number): string => new Date(at).toISOString();
export const ejsonDate = (at: number): { $date: number } => ({ $date: at });
