import { ChatRecords } from '../records/chat-records';
import type { ChatEvent, ChatEventListener } from './chat-events';

/** The values of `settings.public` that shape what clients do. */
export interface ChatSettings {
  maxMessageLength: number;
  useRealName: boolean;
  threadsEnabled: boolean;
  allowEditing: boolean;
  /** 0: no limit. */
  blockEditInMinutes: number;
  /** Days until no message is taken any more; 0: none is; -1: no limit. */
  readOnlyInDays: number;
  /** Calls that change accounts ask for a second factor. */
  twoFactor: boolean;
  /** Whoever has a verified mail address is asked for a code that was sent there; nothing is sent here. */
  twoFactorByEmail: boolean;
  /** Domains of mail addresses that accounts may have; empty: all. */
  allowedMailDomains: string[];
}

export type Emit = (event: ChatEvent) => void;

/** What every service works on: the records, the time, the settings, and events told only after the commit. */
export class ChatCore {
  private readonly listeners = new Set<ChatEventListener>();

  constructor(
    readonly records: ChatRecords,
    readonly settings: ChatSettings,
    private readonly milliseconds: () => number,
  ) {}

  now(): Date {
    return new Date(this.milliseconds());
  }

  /** @returns a function that ends the listening. */
  listen(listener: ChatEventListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async change<T>(work: (records: ChatRecords, emit: Emit) => Promise<T>): Promise<T> {
    const events: ChatEvent[] = [];
    const result = await this.records.transaction((records) => work(records, (event) => events.push(event)));
    events.forEach((event) => this.publish(event));
    return result;
  }

  publish(event: ChatEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}
