import { Injectable } from '@nestjs/common';
import { EventBus } from '../events/event-bus';
import { Clock } from '../shared/clock';
import { texts } from '../texts/texts';
import { ArgumentJudge } from '../tools/argument-judge';
import { BUILT_IN_SCHEMAS, READ_ON, REQUEST_CAPABILITY } from '../tools/built-in-tools';
import type { OfferedTool } from '../tools/offered-tool';
import type { CallOutcome, JournalCall, JournalRound } from '../tools/tool-call';
import { ToolCallJournal } from '../tools/tool-call-journal';
import { ToolCaller } from '../tools/tool-caller';
import { TO_MODEL } from '../tools/tool-texts';
import '../tools/tools.events';
import { callsBefore, type Ended, MOST_CALLS, MOST_REPAIRS, taintedBefore } from './loop-rules';
import { readOn, saidBy } from './round-messages';
import type { ShownText } from './shown-text';
import type { LoopTurn } from './loop-turn';

/** What the calls of a round need to know of their turn. */
export interface RoundPlace extends LoopTurn {
  rounds: readonly JournalRound[];
  shown: ShownText;
  signal: AbortSignal;
  leftMs(): number;
  waited(ms: number): void;
}

/** Makes the calls of one round, one after another, from wherever they stand. */
@Injectable()
export class RoundRunner {
  constructor(
    private readonly caller: ToolCaller,
    private readonly journal: ToolCallJournal,
    private readonly judge: ArgumentJudge,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @returns what the person is told where the loop has no more sense */
  async finish({ calls }: JournalRound, place: RoundPlace): Promise<Ended | undefined> {
    const { shelf, shown, language } = place;
    const titles = calls.flatMap(({ name, state }) =>
      state === 'settled' ? [] : (shelf.tools.get(name)?.title ?? []),
    );
    if (titles.length > 0) shown.status(texts(language).lookingAt({ titles: [...new Set(titles)] }));
    for (const call of calls) {
      place.signal.throwIfAborted();
      if (call.state !== 'settled') await this.make(call, place);
      const ended = endOf(call, place);
      if (ended) return ended;
    }
    return undefined;
  }

  private async make(call: JournalCall, place: RoundPlace): Promise<void> {
    const { shelf, question, rounds, language, shown, signal } = place;
    const tool = shelf.tools.get(call.name);
    // Sent in an earlier run: no rule may keep its end from being told.
    if (call.state === 'planned') {
      const refused = await this.refusal(call, tool, place);
      if (refused) return this.journal.settle(call, ...refused);
    }
    if (call.state !== 'planned' && !tool)
      return call.state === 'sent' && call.effect !== 'read'
        ? this.journal.settle(call, 'unknown', TO_MODEL.unknownOutcome())
        : this.journal.settle(call, 'failed', TO_MODEL.failed('it is not installed any more'));
    if (!tool) return this.own(call, place);
    await this.caller.make(call, tool, {
      ...{ question, language, signal, tainted: taintedBefore(rounds, call) },
      withinMs: place.leftMs(),
      asking: (code) => shown.status(texts(language).waitingForLeave({ code })),
      asked: (ms) => place.waited(ms),
    });
  }

  private async refusal(
    call: JournalCall,
    tool: OfferedTool | undefined,
    place: RoundPlace,
  ): Promise<[CallOutcome, string] | undefined> {
    const { rounds, shelf } = place;
    const before = callsBefore(rounds, call);
    const schema = tool?.locked.inputSchema ?? BUILT_IN_SCHEMAS[call.name];
    if (schema === undefined) {
      this.need(call, place, {
        capability: call.name,
        inputs: JSON.stringify(call.arguments),
        from: 'unknown-tool',
      });
      return ['unknown-tool', TO_MODEL.unknownTool(saidBy(call.name).slice(0, 80), shelf.nearest(call.name))];
    }
    if (before.some(({ hash }) => hash === call.hash)) return ['repeated', TO_MODEL.repeated()];
    if (before.length >= MOST_CALLS || place.leftMs() <= 0) return ['over-limit', TO_MODEL.overLimit()];
    const problems = await this.judge.check(schema, call.arguments);
    return problems.length > 0 ? ['invalid', TO_MODEL.invalid(problems.slice(0, 5))] : undefined;
  }

  /** The tools of this program itself; both only read or note. */
  private async own(call: JournalCall, place: RoundPlace): Promise<void> {
    const { arguments: args } = call;
    if (call.name === READ_ON) {
      const piece = readOn(place.rounds, args);
      if (piece === undefined)
        return this.journal.settle(call, 'failed', TO_MODEL.noHandle(saidBy(args.handle)));
      return this.journal.settle(call, 'ok', piece);
    }
    if (call.name !== REQUEST_CAPABILITY) throw new Error(`There is no tool ${call.name} of our own`);
    await this.journal.settle(call, 'ok', TO_MODEL.noted());
    this.need(call, place, { ...args, from: 'request' });
  }

  private need(
    call: JournalCall,
    { question, rounds }: RoundPlace,
    said: { capability?: unknown; inputs?: unknown; why?: unknown; from: 'request' | 'unknown-tool' },
  ): void {
    this.bus.emit('capability.requested', {
      ...{ questionId: question.id, roomId: question.roomId, userId: question.authorId },
      ...{ capability: saidBy(said.capability), inputs: saidBy(said.inputs), why: saidBy(said.why) },
      ...{ from: said.from, tainted: taintedBefore(rounds, call).size > 0, at: this.clock.now() },
    });
  }
}

/** Decided on what stands in the journal alone, so that a restart decides the same. */
function endOf(call: JournalCall, { rounds, language }: RoundPlace): Ended | undefined {
  const upTo = [...callsBefore(rounds, call), call];
  const { name } = call;
  const ended = (reason: 'repeated' | 'unknown-tool' | 'invalid'): Ended => ({
    text: texts(language).toolsEnded({ reason, name: saidBy(name).replaceAll('`', "'").slice(0, 80) }),
  });
  const count = (outcome: CallOutcome): number => upTo.filter((one) => one.outcome === outcome).length;
  if (call.outcome === 'repeated' && upTo.filter(({ hash }) => hash === call.hash).length >= 3)
    return ended('repeated');
  if (call.outcome === 'unknown-tool' && count('unknown-tool') >= 2) return ended('unknown-tool');
  if (call.outcome === 'invalid' && count('invalid') > MOST_REPAIRS) return ended('invalid');
  return undefined;
}
