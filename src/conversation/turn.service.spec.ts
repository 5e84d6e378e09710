import { InstalledComponents } from '../component-registry/installed/installed-components';
import { ModelProfile } from '../core-registry/model-profile';
import type { GenerationJob, GenerationResult } from '../generation/generation.types';
import type { GenerationService } from '../generation/generation.service';
import type { Question } from '../journal/journal.types';
import type { CoreMessage } from '../ollama/ollama-api';
import type { ChatApi } from '../rocket-chat/chat-api';
import type { LanguageOf } from '../rooms/language-of';
import type { ContextBuilder } from './context-builder';
import { SystemPrompt } from './system-prompt';
import { cost } from './token-budget';
import type { ToolLoop } from './tool-loop';
import { ToolOffers } from './tool-offers';
import { TurnService } from './turn.service';

describe(TurnService.name, () => {
  const jobs: GenerationJob[] = [];
  let history: CoreMessage[];

  const turn = (contextTokens = 4096, answerTokens = 1024): TurnService =>
    new TurnService(
      {
        generate: (job: GenerationJob) => {
          jobs.push(job);
          return Promise.resolve<GenerationResult>({ outcome: 'cancelled' });
        },
      } as unknown as GenerationService,
      { historyOf: () => Promise.resolve(history) } as unknown as ContextBuilder,
      { of: () => Promise.resolve('pl') } as unknown as LanguageOf,
      { identity: { userId: 'bot', username: 'rdzen', roles: [] } } as unknown as ChatApi,
      new ModelProfile('m', { num_ctx: contextTokens, num_predict: answerTokens }),
      new SystemPrompt('You are {{name}}. Speak {{language}}.\n'),
      new ToolOffers(new InstalledComponents()),
      {} as ToolLoop,
    );
  const question = (text: string): Question => ({ id: 'q', roomId: 'r', text }) as Question;
  const answer = (sut: TurnService, text: string): ReturnType<TurnService['answer']> =>
    sut.answer(question(text), { text: () => undefined }, new AbortController().signal);

  beforeEach(() => {
    jobs.length = 0;
    history = [];
  });

  it('sends the system prompt in the room’s language, what was said, and the question without its mention', async () => {
    history = [
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'first' },
    ];
    await answer(turn(), '@rdzen, two');
    expect(jobs).toEqual([
      {
        messageId: 'q',
        messages: [
          { role: 'system', content: 'You are rdzen. Speak Polish.' },
          ...history,
          { role: 'user', content: 'two' },
        ],
      },
    ]);
  });

  it('drops old turns, never the question, so that prompt and answer fit into the context', async () => {
    history = Array.from({ length: 40 }, (_, index) => ({
      role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
      content: `${index} ${'x'.repeat(150)}`,
    }));
    await answer(turn(1024, 256), 'the question');
    const messages = jobs[0]?.messages ?? [];
    expect(messages.at(0)?.role).toBe('system');
    expect(messages.at(1)?.role).toBe('user');
    expect(messages.at(-2)?.content).toMatch(/^39 /);
    expect(messages.at(-1)?.content).toBe('the question');
    expect(messages.reduce((sum, message) => sum + cost(message), 0)).toBeLessThanOrEqual(1024 - 256);
    expect(messages.length).toBeGreaterThan(8);
  });

  it('refuses a question that leaves no room for an answer, rather than cut it silently', async () => {
    const result = await answer(turn(1024, 256), 'x'.repeat(3_000));
    expect(result).toMatchObject({ outcome: 'too-long', tokens: 1_006 });
    expect(jobs).toEqual([]);
  });
});
