import type { Turn } from './brain';
import { TURN_END, TURN_START } from './chatml';
import type { EngineModel, Token } from './engine-module';
import type { PromptTemplate } from './prompt-template';

/** What models that may think aloud first read when they shall not. */
const NO_THOUGHTS = '<think>\n\n</think>\n\n';

/** A control piece is ours and may become control tokens; the rest never does. */
interface Piece {
  control: boolean;
  text: string;
}

export class ChatmlTemplate implements PromptTemplate {
  readonly stop = [TURN_START, TURN_END];

  constructor(
    private readonly model: Pick<EngineModel, 'tokenize' | 'tokens'>,
    /** Whether the model thinks aloud unless told not to. */
    private readonly thinks: boolean,
  ) {}

  text(turns: Turn[]): string {
    return this.pieces(turns)
      .map(({ text }) => text)
      .join('');
  }

  tokens(turns: Turn[]): Token[] {
    const { bos, shouldPrependBosToken } = this.model.tokens;
    const tokens = this.pieces(turns).flatMap(({ control, text }) =>
      this.model.tokenize(text, control, 'trimLeadingSpace'),
    );
    return shouldPrependBosToken && bos !== null ? [bos, ...tokens] : tokens;
  }

  private pieces(turns: Turn[]): Piece[] {
    const last = turns.at(-1);
    const open = last?.role === 'assistant' ? last : { role: 'assistant', content: '' };
    const closed = open === last ? turns.slice(0, -1) : turns;
    return [
      ...closed.flatMap(({ role, content }) => [
        { control: true, text: TURN_START },
        { control: false, text: `${role}\n${content}` },
        { control: true, text: TURN_END },
        { control: false, text: '\n' },
      ]),
      { control: true, text: TURN_START },
      { control: false, text: 'assistant\n' },
      { control: true, text: this.thinks ? NO_THOUGHTS : '' },
      // Apart from its heading, as its tokens were when the model said it.
      { control: false, text: open.content },
    ].filter(({ text }) => text !== '');
  }
}

/** Whether a template in Jinja, as a model file brings it, writes plain ChatML. */
export function isChatml(template: string): boolean {
  return template.includes(TURN_START) && template.includes(TURN_END) && !template.includes('<|im_sep|>');
}

/** Whether a template has the model think aloud unless it is told not to. */
export function offersThinking(template: string): boolean {
  return template.includes('enable_thinking');
}
