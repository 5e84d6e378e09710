import { type CoreClient } from '../contract/cores/core-client';
import { describeWithEngine, EngineCore } from './support/engine-rig';

const TOKENS = 60;
const PROMPTS = [
  'Tell me a long story about a lighthouse.',
  'What is the capital of Poland, and what is it known for?',
  'Explain how a bicycle stays upright.',
  'Write a poem about winter.',
  'Give me a recipe for pancakes, step by step.',
  'Why is the sky blue?',
  'Describe the life of a bee.',
  'List ten things to take on a hike.',
  'Write a letter to a friend about a trip to the sea.',
  'What does a compiler do?',
  'Tell me about the history of bread.',
  'How do I learn to swim?',
  'Write a short dialogue between a cat and a dog.',
  'What is the difference between a lake and a pond?',
  'Describe a market in the morning.',
  'How does a vaccine work?',
  'Write Python code that counts words in a file.',
  'Tell me what happens in a thunderstorm.',
  'Give me five ideas for a birthday party.',
  'Explain what money is to a child.',
];

const wordsOf = (text: string): string[] => text.trim().split(/\s+/);

describeWithEngine('an answer that a second core goes on with', (rig) => {
  let first: EngineCore;
  let second: EngineCore;

  beforeAll(async () => {
    [first, second] = await Promise.all([EngineCore.start(rig), EngineCore.start(rig)]);
  });
  afterAll(async () => {
    await Promise.all([first.close(), second.close()]);
  });

  /** What was heard until the core was killed, after so many lines. */
  async function hearUntilKilled(client: CoreClient, prompt: string, lines: number): Promise<string> {
    let heard = '';
    let count = 0;
    try {
      for await (const { text } of client.chat(prompt, { num_predict: TOKENS })) {
        heard += text;
        if (++count === lines) first.signal('SIGKILL');
        // What was under way may still have arrived; a person would have read it too.
        if (count >= lines + 2) break;
      }
    } catch (error) {
      expect(error).toMatchObject({ kind: 'reset' });
    }
    return heard;
  }

  it('is the calm answer word for word, 20 times of 20', async () => {
    const different: object[] = [];
    for (const [index, prompt] of PROMPTS.entries()) {
      const { text: calm, final } = await first.client.ask(prompt, { num_predict: TOKENS });
      const spoken = final.stats.tokens;
      const killAfter = Math.min(5 + Math.floor((index * 45) / (PROMPTS.length - 1)), spoken - 4);
      const heard = await hearUntilKilled(first.client, prompt, killAfter);
      expect(calm.startsWith(heard)).toBe(true);
      expect(heard.length).toBeLessThan(calm.length);

      const [{ text: rest }] = await Promise.all([
        second.client.ask(
          [
            { role: 'user', content: prompt },
            { role: 'assistant', content: heard },
          ],
          { num_predict: TOKENS },
        ),
        first.restart(),
      ]);
      const calmWords = wordsOf(calm);
      // Where the limit ended the calm answer, its last word may be cut in two, and the other one is longer.
      const compared = final.reason === 'length' ? calmWords.slice(0, -1) : calmWords;
      const allWords = wordsOf(heard + rest);
      const joined = final.reason === 'length' ? allWords.slice(0, compared.length) : allWords;
      if (joined.join(' ') !== compared.join(' ')) different.push({ prompt, killAfter, heard, rest, calm });
    }
    expect(different).toEqual([]);
  }, 120_000);
});
