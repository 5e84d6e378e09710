import { verifyContinuation } from '../../../src/ollama/continuation-check';
import { compareModels } from '../../../src/ollama/same-model';
import { LONG_QUESTION, PINNED, SHORT_QUESTION } from './core-client';
import type { ContractContext } from './contract-context';
import type { CoreTraits } from './core-under-test';

export function describeAnswers(context: ContractContext, traits: CoreTraits): void {
  describe('answers', () => {
    it('answers and says why it ended', async () => {
      const { text, final } = await context.client.ask(SHORT_QUESTION);
      expect(text.length).toBeGreaterThan(10);
      expect(final.reason).toBe('stop');
    });

    it('gives the same answer to the same question', async () => {
      const answers = [await context.client.ask(SHORT_QUESTION), await context.client.ask(SHORT_QUESTION)];
      expect(answers[0]?.text).toBe(answers[1]?.text);
    });

    it('ends after as many tokens as it may say', async () => {
      const { text, final } = await context.client.ask(LONG_QUESTION, { num_predict: 7 });
      expect(text).not.toBe('');
      expect(final).toMatchObject({ reason: 'length', stats: { tokens: 7 } });
    });

    it('ends before a stop string and does not say it', async () => {
      const calm = await context.client.ask(SHORT_QUESTION);
      const stop = calm.text.split(' ')[3] ?? '';
      const { text, final } = await context.client.ask(SHORT_QUESTION, { stop: [stop] });
      expect(text).toBe(calm.text.slice(0, calm.text.indexOf(stop)));
      expect(final.reason).toBe('stop');
    });

    it('goes on with a trailing answer of the assistant', async () => {
      const { client } = context;
      const { text: whole } = await client.ask(LONG_QUESTION, { num_predict: 60 });
      const cut = whole.lastIndexOf(' ', whole.length / 2);
      const { text: rest } = await client.ask(
        [
          { role: 'user', content: LONG_QUESTION },
          { role: 'assistant', content: whole.slice(0, cut) },
        ],
        { num_predict: 60 },
      );
      expect(rest.startsWith(whole.slice(cut, cut + 10))).toBe(true);
      if (traits.exact) expect(rest.startsWith(whole.slice(cut))).toBe(true);
    });

    it('goes on in a raw prompt that ends within an answer', async () => {
      const { core, client } = context;
      const { text: whole } = await client.ask(SHORT_QUESTION);
      const cut = whole.indexOf(' ', 3);
      const prompt = `<|im_start|>user\n${SHORT_QUESTION}<|im_end|>\n<|im_start|>assistant\n${whole.slice(0, cut)}`;
      const request = { model: core.model, prompt, raw: true, options: PINNED };
      let rest = '';
      for await (const chunk of client.api.generate(core.url, request)) rest += chunk.text;
      expect(rest.startsWith(whole.slice(cut, cut + 10))).toBe(true);
    });

    it('is found to go on, by what it renders or by what it says', async () => {
      const { core, client } = context;
      const verdict = await verifyContinuation(client.api, core.url, core.model, { modelOptions: PINNED });
      expect(verdict).toMatchObject({ continues: true, how: traits.renders ? 'render' : 'probe' });
    });

    it('renders its prompt, or leaves that undefined', async () => {
      const { core, client } = context;
      const rendered = await client.api.render(core.url, client.request('Hi'));
      expect(rendered).toBe(
        traits.renders ? '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n' : undefined,
      );
    });

    const { closedModel } = traits;
    if (!closedModel) return;

    it('is found not to go on where its template closes the turn', async () => {
      const { core, client } = context;
      const verdict = await verifyContinuation(client.api, core.url, closedModel, { modelOptions: PINNED });
      expect(verdict).toMatchObject({ continues: false, how: 'probe' });
    });

    it('tells models apart by what they are, not by what they are called', async () => {
      const { core, client } = context;
      const open = await client.api.show(core.url, core.model);
      const closed = await client.api.show(core.url, closedModel);
      expect(compareModels(open, await client.api.show(core.url, core.model))).toEqual({ same: true });
      expect(compareModels(open, closed)).toEqual({ same: false, difference: 'the templates differ' });
    });
  });
}
