import type { ChatMessage } from '../../../src/rocket-chat/chat-types';
import { TERMINAL_STATES } from '../../../src/journal/journal.types';
import type { DiskChange } from './disk';
import type { Person } from './chat-server';

/** What somebody said to the assistant, as the people in the room would tell it. */
export interface Asked {
  id: string;
  /** Undefined for a command. */
  number?: number;
  command?: string;
  roomId: string;
  /** Where the answer is expected. */
  threadId?: string;
  author: Person;
  /** Server time, by the clock of the instance that took it. */
  at: number;
  /** When it was said (monotonic ms). */
  saidAt: number;
  /** Newest last. */
  texts: string[];
  /** Not said to the assistant at all: it must stay silent. */
  overheard?: boolean;
  /** Written under an id that was not to be known; it is left as it is. */
  squats?: boolean;
  /** The first edit or the deletion; server time. */
  touchedAt?: number;
  deleted?: boolean;
}

/** A row of the inbox as the disk last told it. */
export interface Row {
  id: string;
  kind: string;
  lane: string;
  at: number;
  state: string;
  reason: string | null;
  attempt: number;
  /** Position in the order of acceptance. */
  order: number;
  acceptedAt: number;
  finishedAt?: number;
}

/** One message of the assistant and every text it had. */
export interface Post {
  message: ChatMessage;
  texts: string[];
  /** Position in the order in which the assistant's messages appeared. */
  order: number;
}

export interface WrittenNotice {
  key: string;
  roomId: string;
  threadId: string | null;
}

export interface Switch {
  epoch: number;
  from: number;
  to: number;
  by: string;
  at: number;
}

/** Everything the invariants look at: what was said, what was written down, what stands in the rooms. */
export class Ledger {
  readonly asked = new Map<string, Asked>();
  readonly rows = new Map<string, Row>();
  readonly posts = new Map<string, Post>();
  readonly switches: Switch[] = [];
  readonly repairs: { core: number; step: string; at: number }[] = [];
  /** When each condition that is on disk ends (epoch ms), by `<subject> <kind>`; subject 0 is the cluster. */
  readonly holds = new Map<string, number>();
  /** By the id they are posted under. */
  readonly notices = new Map<string, WrittenNotice>();
  /** What was said before the journal was first opened is history (server time). */
  historyBefore = Infinity;
  /** The last epoch and active core on disk. */
  cluster?: { epoch: number; active: number };
  /** Numbers of questions, by id. */
  readonly byNumber = new Map<number, Asked>();
  /** Questions whose answer's id somebody else took: they are answered under another one, and out of order. */
  readonly squatted = new Set<string>();
  private order = 0;

  ask(asked: Asked): void {
    this.asked.set(asked.id, asked);
    if (asked.number !== undefined) this.byNumber.set(asked.number, asked);
  }

  /** Applies what the disk told. @returns the row as it was before, where one moved. */
  apply(change: DiskChange, now: number): Row | undefined {
    switch (change.what) {
      case 'accepted': {
        const { id, state, kind, lane, at, reason } = change;
        const row: Row = {
          id,
          state,
          kind,
          lane,
          at,
          reason,
          attempt: 0,
          order: ++this.order,
          acceptedAt: now,
        };
        if (isTerminal(state)) row.finishedAt = now;
        this.rows.set(id, row);
        return undefined;
      }
      case 'moved': {
        const row = this.rows.get(change.id);
        if (!row) return undefined;
        const before = { ...row };
        Object.assign(row, { state: change.to, attempt: change.attempt, reason: change.reason });
        row.finishedAt = isTerminal(change.to) ? now : undefined;
        return before;
      }
      case 'epoch':
        this.cluster = { epoch: change.epoch, active: change.active };
        return undefined;
      case 'transition': {
        const { epoch, from, to, by } = change;
        this.switches.push({ epoch, from, to, by, at: now });
        return undefined;
      }
      case 'opened':
        this.historyBefore = change.historyBefore;
        return undefined;
      case 'repair':
        this.repairs.push({ core: change.core, step: change.step, at: now });
        return undefined;
      case 'hold': {
        const { subject, kind } = change;
        if (change.held) this.holds.set(`${subject} ${kind}`, now + (change.forMs ?? Infinity));
        else this.holds.delete(`${subject} ${kind}`);
        return undefined;
      }
      case 'member':
        return undefined;
      case 'notice':
        this.notices.set(change.postId, {
          key: change.key,
          roomId: change.roomId,
          threadId: change.threadId,
        });
        return undefined;
    }
  }

  posted(message: ChatMessage): Post {
    const post = this.posts.get(message.id) ?? { message, texts: [], order: ++this.order };
    post.message = message;
    post.texts.push(message.text);
    this.posts.set(message.id, post);
    return post;
  }
}

export function isTerminal(state: string): boolean {
  return (TERMINAL_STATES as readonly string[]).includes(state);
}
