import { Injectable } from '@nestjs/common';
import { ModelProfile } from '../core-registry/model-profile';
import type { GenerationListener } from '../generation/generation.types';
import { GenerationService } from '../generation/generation.service';
import type { Question } from '../journal/journal.types';
import type { CoreMessage } from '../ollama/ollama-api';
import { ChatApi } from '../rocket-chat/chat-api';
import { LanguageOf } from '../rooms/language-of';
import type { ToolShelf } from '../tools/tool-shelf';
import { ContextBuilder, withoutMention } from './context-builder';
import { SystemPrompt } from './system-prompt';
import { cost, fitHistory } from './token-budget';
import { type LoopResult, ToolLoop } from './tool-loop';
import { ToolOffers } from './tool-offers';

/** `ended`: a loop of tools had no more sense; what is said in place of an answer. */
export type TurnResult = LoopResult | { outcome: 'too-long'; tokens: number; limit: number };

/**
 * One question answered: context of its room or thread within the token budget, then the generation, with the tools of the
 * components that the room has.
 */
@Injectable()
export class TurnService {
  constructor(
    private readonly generation: GenerationService,
    private readonly context: ContextBuilder,
    private readonly languages: LanguageOf,
    private readonly chat: ChatApi,
    private readonly profile: ModelProfile,
    private readonly prompt: SystemPrompt,
    private readonly offers: ToolOffers,
    private readonly loop: ToolLoop,
  ) {}

  async answer(question: Question, listener: GenerationListener, signal: AbortSignal): Promise<TurnResult> {
    const name = this.chat.identity?.username ?? 'assistant';
    const system: CoreMessage = {
      role: 'system',
      content: this.prompt.render(name, await this.languages.of(question.roomId)),
    };
    const asked: CoreMessage = { role: 'user', content: withoutMention(question.text, name) };
    const limit = this.profile.contextTokens - this.profile.answerTokens - cost(system);
    if (cost(asked) > limit) return { outcome: 'too-long', tokens: cost(asked), limit };

    const shelf = this.offers.inRoom(question.roomId) ?? (await this.leftover(question));
    if (shelf) {
      const language = await this.languages.of(question.roomId);
      const history = await this.context.historyOf(question);
      return this.loop.run({ question, language, shelf, system, asked, history }, listener, signal);
    }
    const history = fitHistory(await this.context.historyOf(question), limit - cost(asked));
    return this.generation.generate(
      { messageId: question.id, messages: [system, ...history, asked], deaths: question.deaths },
      listener,
      signal,
    );
  }

  /** Tools were used for it before, and are there no more: what they did is still told. */
  private async leftover({ id, attempt }: Question): Promise<ToolShelf | undefined> {
    if (attempt === 0 || !this.offers.everUsed || !(await this.loop.begun(id))) return undefined;
    return this.offers.empty();
  }
}
