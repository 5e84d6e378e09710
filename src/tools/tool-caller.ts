import { Injectable } from '@nestjs/common';
import type { Language } from '../config/settings';
import { EventBus } from '../events/event-bus';
import type { Question } from '../journal/journal.types';
import { McpFailure, type ToolAnswer } from '../mcp/mcp-session';
import { Clock } from '../shared/clock';
import { CrashPoints } from '../shared/crash-points';
import { RdzenError } from '../shared/rdzen-error';
import { texts } from '../texts/texts';
import { ComponentCalls } from './component-calls';
import type { OfferedTool } from './offered-tool';
import { redactedArguments } from './redact-arguments';
import type { JournalCall } from './tool-call';
import { ToolApprovals } from './tool-approvals';
import { ToolCallJournal } from './tool-call-journal';
import { textOf } from './tool-result';
import { TO_MODEL } from './tool-texts';
import './tools.events';
import type { ToolOutcome } from './tools.events';

export const CALL_MS = 30_000;

/** What of its turn a call needs to know. */
export interface CallPlace {
  question: Question;
  language: Language;
  /** Full names of components whose answers the model has read in this turn. */
  tainted: ReadonlySet<string>;
  /** What is left for this call, in ms. */
  withinMs: number;
  signal: AbortSignal;
  /** People are asked under this code. */
  asking(code: string): void;
  /** It is answered: the wait is no part of the turn's time. */
  asked(waitedMs: number): void;
}

/** Ports that a call reaches out through, taken together. */
@Injectable()
export class CallPorts {
  constructor(
    readonly bus: EventBus,
    readonly clock: Clock,
    readonly crash: CrashPoints,
  ) {}
}

/**
 * Makes one call of an installed component's tool, from wherever it stands in the journal to its end. What may destroy
 * something or reaches out is asked for first. A call is written down before it is sent; one that writes and was sent
 * without an answer is never repeated, whatever happened.
 */
@Injectable()
export class ToolCaller {
  constructor(
    private readonly calls: ComponentCalls,
    private readonly journal: ToolCallJournal,
    private readonly approvals: ToolApprovals,
    private readonly ports: CallPorts,
  ) {}

  /** Settles the call. Rejects with the signal's reason when it aborts; the call stands in the journal then. */
  async make(call: JournalCall, tool: OfferedTool, place: CallPlace): Promise<void> {
    const { crash } = this.ports;
    const reads = tool.locked.effect === 'read';
    if (call.state === 'sent' && !(call.effect === 'read' && reads))
      return this.settle(call, 'unknown', TO_MODEL.unknownOutcome());
    if (call.state !== 'sent') {
      const refusal = await this.leave(call, tool, place);
      if (refusal !== undefined) return this.settle(call, 'denied', refusal);
    }
    crash.reach('tool-call-sent');
    await this.send(call, tool, place, reads ? 2 : 1);
  }

  /** Marks the call as sent once it may be. @returns why it may not be */
  private async leave(call: JournalCall, tool: OfferedTool, place: CallPlace): Promise<string | undefined> {
    const { question, signal } = place;
    const { crash, clock } = this.ports;
    // What another component said may have led here: then an earlier leave does not count.
    const foreign = [...place.tainted].filter((component) => component !== tool.component);
    if (!(await this.mustAsk(tool, question, foreign)))
      return (await this.journal.markSent(call)) ? undefined : TO_MODEL.changed();
    const approval = await this.approvals.ask(question, call, tool, (code) =>
      this.words(code, call, tool, place, foreign),
    );
    crash.reach('tool-approval-asked');
    place.asking(approval.code);
    const began = clock.monotonic();
    const decision = await this.approvals.decision(approval, signal);
    place.asked(clock.monotonic() - began);
    if (decision !== 'allowed') return TO_MODEL.denied(decision === 'expired');
    const taken = await this.approvals.take(approval, call, tool, question);
    crash.reach('tool-approval-taken');
    return taken ? undefined : TO_MODEL.changed();
  }

  private async mustAsk(tool: OfferedTool, question: Question, foreign: readonly string[]): Promise<boolean> {
    const { effect, egress } = tool.locked;
    if (effect !== 'destructive' && !egress) return false;
    return foreign.length > 0 || !(await this.approvals.granted(question, tool));
  }

  private words(
    code: string,
    call: JournalCall,
    { title, tool, locked }: OfferedTool,
    { question, language }: CallPlace,
    foreign: readonly string[],
  ): string {
    return texts(language).toolApproval({
      code,
      title,
      tool,
      effect: locked.effect,
      egress: locked.egress,
      arguments: redactedArguments(call.arguments),
      author: question.authorName,
      after: foreign.map((name) => name.split('/').at(-1) ?? name),
    });
  }

  private async send(call: JournalCall, tool: OfferedTool, place: CallPlace, tries: number): Promise<void> {
    const { crash, clock } = this.ports;
    const began = clock.monotonic();
    const told = (outcome: ToolOutcome): void => this.tell(tool, place, outcome, clock.monotonic() - began);
    const reads = tool.locked.effect === 'read';
    let answer: ToolAnswer;
    try {
      answer = await this.calls.call(tool.lock, tool.tool, call.arguments, {
        withinMs: Math.max(1, Math.min(CALL_MS, place.withinMs)),
        signal: place.signal,
      });
    } catch (error) {
      // Broken off by us: it stays as it is, and is taken up again or declared unknown after the restart.
      place.signal.throwIfAborted();
      if (error instanceof RdzenError) {
        told('failed');
        return this.settle(call, 'failed', TO_MODEL.failed(error.message));
      }
      if (!(error instanceof McpFailure)) throw error;
      told(error.kind === 'timeout' ? 'timeout' : error.kind === 'cancelled' ? 'cancelled' : 'failed');
      if (error.kind === 'closed' && reads && tries > 1) return this.send(call, tool, place, tries - 1);
      // What answers with an error of JSON-RPC has refused the call; all else may have done what was asked.
      if (error.code === undefined && !reads) return this.settle(call, 'unknown', TO_MODEL.unknownOutcome());
      return this.settle(call, 'failed', TO_MODEL.failed(error.message));
    }
    crash.reach('tool-call-replied');
    told(answer.isError ? 'tool-error' : 'ok');
    await this.settle(call, answer.isError ? 'tool-error' : 'ok', textOf(answer));
  }

  private async settle(
    call: JournalCall,
    outcome: NonNullable<JournalCall['outcome']>,
    text: string,
  ): Promise<void> {
    await this.journal.settle(call, outcome, text);
    this.ports.crash.reach('tool-call-settled');
  }

  private tell(
    { component, lock, tool }: OfferedTool,
    { question }: CallPlace,
    outcome: ToolOutcome,
    ms: number,
  ): void {
    const { bus, clock } = this.ports;
    const { version, id: lockId } = lock;
    const at = clock.now();
    bus.emit('tool.called', { component, version, lockId, tool, roomId: question.roomId, outcome, ms, at });
  }
}
