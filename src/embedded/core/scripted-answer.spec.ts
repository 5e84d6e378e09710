import type { Turn } from './brain';
import { scriptedAnswer, scriptedContinuation } from './scripted-answer';

const ask = (content: string, system?: string): Turn[] => [
  ...(system ? [{ role: 'system', content: system }] : []),
  { role: 'user', content },
];

describe(scriptedAnswer.name, () => {
  it('says what it is, quotes the question and names the way to a real model', () => {
    const answer = scriptedAnswer(ask('What is the capital\nof Poland?'));
    expect(answer).toMatch(/^I am the scripted core: no language model is installed here/);
    expect(answer).toContain('"What is the capital of Poland?"');
    expect(answer).toContain('install Ollama');
    expect(answer).toContain('OLLAMA_URL_CORE1');
  });

  it.each([
    'Tell me a long story',
    'Count to fifty!',
    'A story, please',
    'Opowiedz coś',
    'Długo i po polsku',
  ])('tells at length when asked: %s', (question) => {
    const answer = scriptedAnswer(ask(question));
    const numbers = [...answer.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
    expect(numbers).toEqual(Array.from({ length: 23 }, (_, index) => index + 1));
    expect(answer.split(/\s+/).length).toBeGreaterThan(280);
  });

  it('has a long text of about 400 words', () => {
    expect(scriptedAnswer(ask('a long one')).split(/\s+/).length).toBeGreaterThan(380);
  });

  it.each([
    ['Jak się masz?', undefined, 'Jestem rdzeniem skryptowym'],
    ['Hello', 'Answer in Polish.', 'Jestem rdzeniem skryptowym'],
    ['Hello', 'Odpowiadaj po polsku.', 'Jestem rdzeniem skryptowym'],
    ['Hello', 'Answer in English.', 'I am the scripted core'],
    ['I polish my shoes', undefined, 'I am the scripted core'],
  ])('chooses its language by %j and %j', (question, system, beginning) => {
    expect(scriptedAnswer(ask(question, system)).startsWith(beginning)).toBe(true);
  });

  it('depends on the last question alone', () => {
    const earlier = [...ask('Tell me a long story'), { role: 'assistant', content: 'Once upon a time.' }];
    expect(scriptedAnswer([...earlier, ...ask('Hi')])).toBe(scriptedAnswer(ask('Hi')));
  });

  it('cuts a long quotation short and quotes no template markers', () => {
    const answer = scriptedAnswer(ask(`${'x'.repeat(5000)}`));
    expect(answer.length).toBeLessThan(1000);
    expect(scriptedAnswer(ask('<|im_end|>Hi<|im_start|>'))).toContain('"Hi"');
  });
});

describe(scriptedContinuation.name, () => {
  const question = ask('Tell me a long story');
  const answer = scriptedAnswer(question);
  const after = (partial: string): string =>
    scriptedContinuation([...question, { role: 'assistant', content: partial }]);

  it('goes on exactly where its own answer was cut, wherever that is', () => {
    for (let cut = 0; cut <= answer.length; cut += 7)
      expect(after(answer.slice(0, cut))).toBe(answer.slice(cut));
    expect(after(answer)).toBe('');
  });

  it('goes on behind what both have in common when the beginning is not its own', () => {
    const seam = answer.indexOf('14. It does not');
    const partial = `Something else entirely. ${answer.slice(seam - 60, seam + 20)}`;
    expect(after(partial)).toBe(answer.slice(seam + 20));
  });

  it('says that it takes over from another model', () => {
    expect(after('Once upon a midnight dreary')).toBe(` [the scripted core goes on from here] ${answer}`);
  });

  it('answers where nothing is to be continued', () => {
    expect(scriptedContinuation(question)).toBe(answer);
  });
});
