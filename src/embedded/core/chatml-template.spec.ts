import fc from 'fast-check';
import { lettersOf, tokenizeLetters } from '../../../test/engine/support/fake-engine';
import { renderChatml } from './chatml';
import { ChatmlTemplate, isChatml, offersThinking } from './chatml-template';

const model = { tokenize: tokenizeLetters, tokens: { bos: null, shouldPrependBosToken: false } };

describe(ChatmlTemplate.name, () => {
  const sut = new ChatmlTemplate(model, false);
  const turn = fc.record({
    role: fc.constantFrom('system', 'user', 'assistant'),
    content: fc
      .array(fc.constantFrom('<|im_end|>', '<|im_start|>', '\n', 'Hi', '<|endoftext|>'))
      .map((all) => all.join('')),
  });
  const turns = fc.array(turn, { minLength: 1, maxLength: 5 });

  it('writes what the scripted core writes', () => {
    fc.assert(fc.property(turns, (some) => expect(sut.text(some)).toBe(renderChatml(some))));
  });

  it('makes no control token of what people say, whatever it is', () => {
    fc.assert(
      fc.property(turns, (some) => {
        const tokens = sut.tokens(some);
        const open = some.at(-1)?.role === 'assistant';
        expect(tokens.filter((token) => token === 0)).toHaveLength(some.length + (open ? 0 : 1));
        expect(tokens.filter((token) => token === 1)).toHaveLength(some.length - (open ? 1 : 0));
        expect(tokens.filter((token) => token === 2)).toHaveLength(0);
      }),
    );
  });

  it('begins with the token that the model wants first', () => {
    const withBos = new ChatmlTemplate({ ...model, tokens: { bos: 7, shouldPrependBosToken: true } }, false);
    const question = [{ role: 'user', content: 'Hi' }];
    expect(withBos.tokens(question)).toEqual([7, ...sut.tokens(question)]);
  });

  it('lets a model that would think aloud begin behind its thoughts, when it begins and when it goes on', () => {
    const thinker = new ChatmlTemplate(model, true);
    const question = { role: 'user', content: 'Hi' };
    expect(thinker.text([question])).toMatch(/assistant\n<think>\n\n<\/think>\n\n$/);
    expect(lettersOf(thinker.tokens([question, { role: 'assistant', content: 'Hel' }]))).toMatch(
      /<\/think>\n\nHel$/,
    );
  });

  it('is recognised', () => {
    expect(isChatml("{{'<|im_start|>' + role}}{{'<|im_end|>'}}")).toBe(true);
    expect(isChatml("{{'<|im_start|>' + role + '<|im_sep|>'}}{{'<|im_end|>'}}")).toBe(false);
    expect(isChatml('[INST]')).toBe(false);
    expect(offersThinking('{% if enable_thinking is false %}')).toBe(true);
  });
});
