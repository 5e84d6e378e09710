import { Injectable } from '@nestjs/common';
import { EventBus } from '../events/event-bus';
import type { Question } from '../journal/journal.types';
import { NoticeJournal } from '../journal/notice-journal';
import { Clock } from '../shared/clock';
import { Random } from '../shared/random';
import { RdzenError } from '../shared/rdzen-error';
import { Store, type Queries } from '../storage/store';
import type { OfferedTool } from './offered-tool';
import { bindingOf, type JournalCall, toolHash } from './tool-call';
import { ToolCallJournal } from './tool-call-journal';
import './tools.events';

export const TOOL_APPROVAL_MS = 10 * 60_000;
export const GRANT_MS = 60 * 60_000;
const CODE_LENGTH = 4;

export interface ToolApproval {
  code: string;
  questionId: string;
  binding: string;
  toolHash: string;
  roomId: string;
  lane: string;
  userId: string;
  /** `used`: the one call it was good for is made. */
  state: 'open' | 'allowed' | 'denied' | 'expired' | 'used';
  /** Epoch ms. */
  expiresAt: number;
}

/**
 * Leave of people for calls that destroy something or reach out. It is bound to the call as it was shown (tool, arguments,
 * person and room), good for one call and for ten minutes; who says nothing says no.
 */
@Injectable()
export class ToolApprovals {
  constructor(
    private readonly store: Store,
    private readonly calls: ToolCallJournal,
    private readonly notices: NoticeJournal,
    private readonly bus: EventBus,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** Asks in the thread, once: the same call after a restart finds its question again. */
  async ask(
    question: Question,
    call: JournalCall,
    tool: OfferedTool,
    words: (code: string) => string,
  ): Promise<ToolApproval> {
    const known = await this.of(call);
    if (known) return known;
    const { roomId, lane, authorId: userId, answerThreadId: threadId } = question;
    const code = this.random.id(CODE_LENGTH).toUpperCase();
    const now = this.clock.now();
    const key = `tool-approval:${code}:${now}`;
    const approval: ToolApproval = {
      ...{
        code,
        questionId: question.id,
        roomId,
        lane,
        userId,
        state: 'open',
        expiresAt: now + TOOL_APPROVAL_MS,
      },
      binding: bindingOf(tool, call.arguments, userId, roomId),
      toolHash: toolHash(tool),
    };
    await this.store.transaction(async (tx) => {
      await tx.run("DELETE FROM tool_approvals WHERE code = ? AND state <> 'open'", code);
      await tx.run(
        `INSERT INTO tool_approvals (code, question_id, round, position, binding, tool_hash, room_id, lane, user_id, state, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?)`,
        ...[code, question.id, call.round, call.position, approval.binding, approval.toolHash],
        ...[roomId, lane, userId, now, approval.expiresAt],
      );
      await this.calls.markAsking(call, tx);
      await this.notices.write([{ key, roomId, threadId, text: words(code) }], tx);
    });
    this.notices.announce(key);
    return approval;
  }

  /** What was decided, as soon as it is, or `expired`; rejects with the signal's reason when it aborts. */
  async decision({ code }: ToolApproval, signal: AbortSignal): Promise<'allowed' | 'denied' | 'expired'> {
    const heard = new AbortController();
    const stop = this.bus.on('tool.approval-decided', (decided) => {
      if (decided.code === code) heard.abort();
    });
    try {
      for (;;) {
        signal.throwIfAborted();
        const now = await this.find(code);
        if (!now || now.state === 'denied' || now.state === 'used') return 'denied';
        if (now.state === 'expired') return 'expired';
        const left = now.expiresAt - this.clock.now();
        // A time further off was set before somebody put the clock back.
        const over = left <= 0 || left > TOOL_APPROVAL_MS;
        if (now.state === 'allowed') return over ? 'expired' : 'allowed';
        if (over) {
          await this.decide(code, 'expired', '');
          continue;
        }
        await this.clock.sleep(left, AbortSignal.any([signal, heard.signal])).catch(() => undefined);
      }
    } finally {
      stop();
    }
  }

  /** Takes the leave for this very call, and with it marks the call as sent; false where it is not, or no longer, good. */
  async take(
    { code }: ToolApproval,
    call: JournalCall,
    tool: OfferedTool,
    question: Question,
  ): Promise<boolean> {
    const binding = bindingOf(tool, call.arguments, question.authorId, question.roomId);
    return this.store.transaction(async (tx) => {
      const changed = await tx.run(
        "UPDATE tool_approvals SET state = 'used' WHERE code = ? AND state = 'allowed' AND binding = ? AND expires_at > ?",
        ...[code, binding, this.clock.now()],
      );
      return changed === 1 && (await this.calls.markSent(call, tx));
    });
  }

  /** Whether the person has leave for this tool in this thread. */
  async granted(question: Question, tool: OfferedTool): Promise<boolean> {
    const { roomId, lane, authorId } = question;
    const row = await this.store.get<{ until: number }>(
      'SELECT until FROM tool_grants WHERE room_id = ? AND lane = ? AND user_id = ? AND tool_hash = ?',
      ...[roomId, lane, authorId, toolHash(tool)],
    );
    const left = (row?.until ?? 0) - this.clock.now();
    return left > 0 && left <= GRANT_MS;
  }

  /**
   * @param inThread the same tool is asked for no more in this thread, for this person, for an hour
   * @throws RdzenError TOOL_APPROVAL_NOT_FOUND, TOOL_APPROVAL_OVER
   */
  async allow(code: string, roomId: string, by: string, inThread = false): Promise<void> {
    const approval = await this.open(code, roomId);
    if (!(await this.decide(approval.code, 'allowed', by, inThread ? approval : undefined))) throw over(code);
  }

  /** @throws RdzenError TOOL_APPROVAL_NOT_FOUND, TOOL_APPROVAL_OVER */
  async deny(code: string, roomId: string, by: string): Promise<void> {
    const approval = await this.open(code, roomId);
    if (!(await this.decide(approval.code, 'denied', by))) throw over(code);
  }

  private async open(code: string, roomId: string): Promise<ToolApproval> {
    const approval = await this.find(code.toUpperCase());
    if (!approval || approval.roomId !== roomId)
      throw new RdzenError(
        'TOOL_APPROVAL_NOT_FOUND',
        `Nothing in this room waits for an answer under ${code.slice(0, 12)}. Use the code as it stands in the question, in the room where it was asked.`,
      );
    if (approval.state !== 'open' || approval.expiresAt <= this.clock.now()) throw over(code);
    return approval;
  }

  private async decide(
    code: string,
    state: 'allowed' | 'denied' | 'expired',
    by: string,
    grant?: ToolApproval,
  ): Promise<boolean> {
    const changed = await this.store.transaction(async (tx) => {
      const count = await tx.run(
        "UPDATE tool_approvals SET state = ?, decided_by = ? WHERE code = ? AND state = 'open'",
        ...[state, by, code],
      );
      if (count === 1 && grant)
        await tx.run(
          `INSERT INTO tool_grants (room_id, lane, user_id, tool_hash, granted_by, until) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (room_id, lane, user_id, tool_hash) DO UPDATE SET granted_by = excluded.granted_by, until = excluded.until`,
          ...[grant.roomId, grant.lane, grant.userId, grant.toolHash, by, this.clock.now() + GRANT_MS],
        );
      return count === 1;
    });
    if (changed) this.bus.emit('tool.approval-decided', { code, state });
    return changed;
  }

  private find(code: string): Promise<ToolApproval | undefined> {
    return this.read('code = ?', code);
  }

  private of({ questionId, round, position }: JournalCall): Promise<ToolApproval | undefined> {
    return this.read('question_id = ? AND round = ? AND position = ?', questionId, round, position);
  }

  private async read(where: string, ...values: (string | number)[]): Promise<ToolApproval | undefined> {
    const queries: Queries = this.store;
    return queries.get<ToolApproval & Record<string, never>>(
      `SELECT code, question_id AS questionId, binding, tool_hash AS toolHash, room_id AS roomId, lane, user_id AS userId,
              state, expires_at AS expiresAt FROM tool_approvals WHERE ${where}`,
      ...values,
    );
  }
}

function over(code: string): RdzenError {
  return new RdzenError(
    'TOOL_APPROVAL_OVER',
    `What was asked under ${code.slice(0, 12)} is decided already, or its ten minutes are over. Ask the question again to be asked again.`,
  );
}
