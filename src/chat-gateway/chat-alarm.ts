import { Injectable, Logger } from '@nestjs/common';
import { EventBus } from '../events/event-bus';
import { ChatError } from '../rocket-chat/chat-error';
import { Clock } from '../shared/clock';
import './chat-gateway.events';

const REMEDIES: Partial<Record<ChatError['kind'], string>> = {
  'restricted-workspace':
    'The workspace refuses every message until it can reach its licence server again or is registered; an administrator of Rocket.Chat has to see to that. Answers are kept and posted then.',
  'login-refused': 'Check ROCKETCHAT_USER and ROCKETCHAT_PASSWORD, or use a personal access token.',
};

/** Remembers what keeps the assistant from hearing or speaking; said once when it begins and once when it is over. */
@Injectable()
export class ChatAlarm {
  private readonly logger = new Logger(ChatAlarm.name);
  private kind?: string;

  constructor(
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  raise(error: ChatError): void {
    this.set(error.kind, [error.message, REMEDIES[error.kind]].filter(Boolean).join(' '));
  }

  disconnected(reason: string): void {
    // A refusal says more than the broken connection that follows from it.
    if (this.kind === undefined) this.set('disconnected', reason);
  }

  /** It works again. `kinds`: clears only these. */
  clear(...kinds: string[]): void {
    if (this.kind === undefined || (kinds.length > 0 && !kinds.includes(this.kind))) return;
    this.logger.log(`Over: ${this.kind}`);
    this.kind = undefined;
    this.bus.emit('chat.problem-changed', {});
  }

  private set(kind: string, message: string): void {
    if (this.kind === kind) return;
    this.kind = kind;
    const text = `Chat: ${kind}. ${message}`;
    if (kind === 'restricted-workspace' || kind === 'login-refused') this.logger.error(text);
    else this.logger.warn(text);
    this.bus.emit('chat.problem-changed', { problem: { kind, message, since: this.clock.now() } });
  }
}
