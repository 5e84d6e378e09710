import { Injectable } from '@nestjs/common';
import { ModelProfile } from '../core-registry/model-profile';
import type { GenerationListener, GenerationResult } from '../generation/generation.types';
import { GenerationService } from '../generation/generation.service';
import type { Question } from '../journal/journal.types';
import type { CoreMessage } from '../ollama/ollama-api';
import { ChatApi } from '../rocket-chat/chat-api';
import { LanguageOf } from '../rooms/language-of';
import { ContextBuilder, withoutMention } from './context-builder';
import { SystemPrompt } from './system-prompt';
import { cost, fitHistory } from './token-budget';

export type TurnResult = GenerationResult | { outcome: 'too-long'; tokens: number; limit: number };

/** One question answered: context of its room or thread within the token budget, then the generation. */
@Injectable()
export class TurnService {
  constructor(
    private readonly generation: GenerationService,
    private readonly context: ContextBuilder,
    private readonly languages: LanguageOf,
    private readonly chat: ChatApi,
    private readonly profile: ModelProfile,
    private readonly prompt: SystemPrompt,
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

    const history = fitHistory(await this.context.historyOf(question), limit - cost(asked));
    return this.generation.generate(
      { messageId: question.id, messages: [system, ...history, asked], deaths: question.deaths },
      listener,
      signal,
    );
  }
}
