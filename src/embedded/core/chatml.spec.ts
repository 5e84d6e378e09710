import fc from 'fast-check';
import { parseChatml, renderChatml } from './chatml';

describe('ChatML', () => {
  const question = { role: 'user', content: 'Hi\nthere' };

  it('opens a turn of the assistant behind a question', () => {
    expect(renderChatml([{ role: 'system', content: 'Be brief.' }, question])).toBe(
      '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi\nthere<|im_end|>\n<|im_start|>assistant\n',
    );
  });

  it('leaves a trailing turn of the assistant open, and no other', () => {
    const turns = [question, { role: 'assistant', content: 'Hello' }];
    expect(renderChatml(turns)).toMatch(/<\|im_start\|>assistant\nHello$/);
    expect(renderChatml([...turns, question])).toContain('Hello<|im_end|>\n');
  });

  it('reads back what it rendered', () => {
    const turn = fc.record({
      role: fc.constantFrom('system', 'user', 'assistant'),
      content: fc.string({ minLength: 1 }).filter((text) => !text.includes('<|')),
    });
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 5 }), (turns) => {
        expect(parseChatml(renderChatml(turns))).toEqual(turns);
      }),
    );
  });

  it('takes plain text for a question', () => {
    expect(parseChatml('Hi there')).toEqual([{ role: 'user', content: 'Hi there' }]);
  });
});
