import { Injectable, Logger } from '@nestjs/common';
import { EventBus } from '../../events/event-bus';
import { ChatApi } from '../../rocket-chat/chat-api';
import { Clock, type Timer } from '../../shared/clock';
import { formatDuration } from '../../shared/duration';
import type { ErrorCode } from '../../shared/error-codes';
import { within } from '../../shared/within';
import { FailoverNotices } from '../failover-notices';
import './chat-server.events';
import { isTested, TESTED_VERSIONS } from './tested-versions';

const LOOK_MS = 30_000;
const ASK_MS = 5_000;
/** One lost answer is no silence. */
const MISSED = 2;
/** From here on Rocket.Chat itself warns its administrators. */
const WARN_DAYS = 7;
/** A shorter silence is told in the log alone. */
const TOLD_SILENCE_MS = 60_000;
const DAY_MS = 86_400_000;

/** How the chat server is doing, whoever runs it. */
export interface ChatServerView {
  /** As it tells. */
  version?: string;
  /** Whether that version is among those that are tested; undefined where it is not told. */
  tested?: boolean;
  /** Epoch ms. One of the two, once it was asked. */
  reachableSince?: number;
  silentSince?: number;
  /** Why it counts as silent. */
  reason?: string;
  /** It takes no message. */
  readOnly: boolean;
  /** Days until then, where it counts them. */
  readOnlyInDays?: number;
  /** Why the assistant's account there is not as it should be. */
  accountProblem?: ErrorCode;
}

/**
 * Asks the chat server who it is, also where its container is not ours to restart, and tells administrators what they have
 * to see to: a version nobody tested, and a workspace that is, or soon will be, read-only.
 */
@Injectable()
export class ChatServerWatch {
  /** Tells what keeps the account from being made; set by whoever makes it. */
  accountProblem: () => ErrorCode | undefined = () => undefined;
  private readonly logger = new Logger(ChatServerWatch.name);
  private readonly ending = new AbortController();
  private view: Omit<ChatServerView, 'readOnly'> = {};
  private missed = 0;
  /** Since when a message was refused with `restricted-workspace`, epoch ms. */
  private refusedSince?: number;
  private timer?: Timer;
  private working: Promise<void> = Promise.resolve();
  private unsubscribe?: () => void;

  constructor(
    private readonly chat: ChatApi,
    private readonly notices: FailoverNotices,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.unsubscribe = this.bus.on('chat.problem-changed', async ({ problem }) => {
      const restricted = problem?.kind === 'restricted-workspace';
      this.refusedSince = restricted ? (this.refusedSince ?? problem.since) : undefined;
      if (restricted) await this.tellReadOnly(this.refusedSince ?? problem.since);
    });
    this.look();
  }

  async stop(): Promise<void> {
    this.ending.abort(new Error('stopping'));
    this.unsubscribe?.();
    this.timer?.cancel();
    await this.working;
  }

  now(): ChatServerView {
    const readOnly = this.refusedSince !== undefined || this.view.readOnlyInDays === 0;
    const accountProblem = this.accountProblem();
    return { ...this.view, readOnly, ...(accountProblem && { accountProblem }) };
  }

  private look(): void {
    this.working = this.ask()
      .catch((error: unknown) => this.logger.error(`Looking at the chat server failed: ${String(error)}`))
      .finally(() => {
        if (!this.ending.signal.aborted) this.timer = this.clock.after(LOOK_MS, () => this.look());
      });
  }

  private async ask(): Promise<void> {
    let version: string;
    try {
      version = await this.asked(this.chat.serverVersion());
    } catch (error) {
      if (!this.ending.signal.aborted) this.miss(error instanceof Error ? error.message : String(error));
      return;
    }
    if (this.ending.signal.aborted) return;
    await this.heard(version);
    if (this.chat.identity) await this.askLimits();
  }

  private miss(reason: string): void {
    this.missed++;
    if (this.missed < MISSED || this.view.silentSince !== undefined) return;
    const since = this.clock.now();
    const { reachableSince: _, ...view } = this.view;
    this.view = { ...view, silentSince: since, reason };
    this.logger.warn(`The chat server does not answer: ${reason}`);
    this.bus.emit('chat-server.silent', { since, reason });
  }

  private async heard(version: string): Promise<void> {
    this.missed = 0;
    const { silentSince, reachableSince = this.clock.now(), reason: _, ...view } = this.view;
    const known = view.version;
    const tested = isTested(version);
    const { tested: __, ...rest } = view;
    this.view = { ...rest, version, reachableSince, ...(tested !== undefined && { tested }) };
    if (silentSince !== undefined) {
      const silentMs = this.clock.now() - silentSince;
      this.logger.log(`The chat server answers again, after ${Math.round(silentMs / 1000)} s`);
      this.bus.emit('chat-server.recovered', { silentMs, version });
      if (silentMs >= TOLD_SILENCE_MS)
        await this.notices.writeAlert(`chat-was-silent:${silentSince}`, (text) =>
          text.chatWasSilent({ duration: formatDuration(silentMs) }),
        );
    }
    if (version === known) return;
    this.logger.log(`The chat server is Rocket.Chat ${version}${known ? `; it was ${known}` : ''}`);
    if (tested === false)
      await this.notices.writeAlert(`chat-server-version:${version}`, (text) =>
        text.chatServerUntested({ version, tested: TESTED_VERSIONS }),
      );
  }

  /** What the workspace counts down to, as its public settings tell. */
  private async askLimits(): Promise<void> {
    let days: number | undefined;
    try {
      ({ readOnlyInDays: days } = await this.asked(this.chat.limits()));
    } catch (error) {
      this.logger.debug(`The settings of the chat server cannot be read: ${String(error)}`);
      return;
    }
    const { readOnlyInDays: before, ...view } = this.view;
    this.view = days === undefined ? view : { ...view, readOnlyInDays: days };
    if (days === undefined || days === before) return;
    if (days === 0) await this.tellReadOnly(this.clock.now());
    else if (days <= WARN_DAYS) {
      // The day names the incident: a restart in between does not tell it again.
      const day = dayOf(this.clock.now() + days * DAY_MS);
      await this.notices.writeAlert(`workspace-read-only-from:${day}`, (text) =>
        text.workspaceReadOnlySoon({ days }),
      );
    }
  }

  private tellReadOnly(since: number): Promise<void> {
    return this.notices.writeAlert(`workspace-read-only:${dayOf(since)}`, (text) => text.workspaceReadOnly());
  }

  private asked<T>(work: Promise<T>): Promise<T> {
    return within(this.clock, ASK_MS, 'The chat server', work, this.ending.signal);
  }
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
