import type { ToolCall } from '../ollama/ollama-api';
import { callHash, type JournalCall, type JournalRound } from '../tools/tool-call';
import type { ToolShelf } from '../tools/tool-shelf';

export const MOST_ROUNDS = 6;
export const MOST_CALLS = 10;
export const TURN_MS = 60_000;
/** Wrong arguments that a model may mend. */
export const MOST_REPAIRS = 2;

/** The loop has no more sense: what the person is told in place of an answer. */
export interface Ended {
  text: string;
}

/** A round as it is written down, before anything of it is done. */
export function plannedRound(
  questionId: string,
  round: number,
  text: string,
  wishes: readonly ToolCall[],
  shelf: ToolShelf,
): JournalRound {
  const calls = wishes.map(({ id, name, arguments: args }, position): JournalCall => {
    const tool = shelf.tools.get(name);
    return {
      ...{ questionId, round, position, callId: id, name, arguments: args },
      ...(tool && {
        component: tool.component,
        tool: tool.tool,
        lockId: tool.lock.id,
        effect: tool.locked.effect,
      }),
      hash: callHash(name, args),
      state: 'planned',
    };
  });
  return { round, text, calls };
}

/** Those before `call`, in order. */
export function callsBefore(rounds: readonly JournalRound[], call: JournalCall): JournalCall[] {
  return rounds
    .flatMap(({ calls }) => calls)
    .filter(
      ({ round, position }) => round < call.round || (round === call.round && position < call.position),
    );
}

/** Components whose words the model has read before this call. */
export function taintedBefore(rounds: readonly JournalRound[], call: JournalCall): Set<string> {
  const read = callsBefore(rounds, call).filter(
    ({ outcome }) => outcome === 'ok' || outcome === 'tool-error',
  );
  return new Set(read.flatMap(({ component }) => component ?? []));
}

/** Calls that changed something, and those of which nobody knows. */
export function changesOf(rounds: readonly JournalRound[]): { changed: string[]; unknown: string[] } {
  const calls = rounds.flatMap((round) => round.calls);
  const named = (some: readonly JournalCall[]): string[] => [
    ...new Set(some.map(({ name }) => `\`${name}\``)),
  ];
  return {
    changed: named(calls.filter(({ outcome, effect }) => outcome === 'ok' && effect && effect !== 'read')),
    unknown: named(calls.filter(({ outcome }) => outcome === 'unknown')),
  };
}
