import type { BrainInput, SamplingOptions } from '../../src/embedded/core/brain';
import { ScriptedBrain } from '../../src/embedded/core/scripted-brain';
import { SystemClock } from '../../src/shared/system-clock';
import { stamp } from './clock';

/** When a core began with a question, and when it said its first word; milliseconds of {@link stamp}. */
export interface Stamps {
  asked: number;
  firstToken: number;
}

/** A scripted core that notes when it is asked `#<mark>` and when it says its first word. */
export class StampedBrain extends ScriptedBrain {
  readonly stamps = new Map<string, Stamps>();

  constructor(answer: string, tokensPerSecond: number) {
    super(new SystemClock(), { model: 'bench', tokensPerSecond, answer: () => answer });
  }

  override async *complete(
    input: BrainInput,
    options: SamplingOptions,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    const asked = stamp();
    let mark = markOf(input);
    for await (const token of super.complete(input, options, signal)) {
      if (mark !== undefined) this.stamps.set(mark, { asked, firstToken: stamp() });
      mark = undefined;
      yield token;
    }
  }
}

function markOf(input: BrainInput): string | undefined {
  const last = 'turns' in input ? (input.turns.at(-1)?.content ?? '') : '';
  return /#(\w+)/.exec(last)?.[1];
}
