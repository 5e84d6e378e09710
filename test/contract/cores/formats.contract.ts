import { type Json, PINNED } from './core-client';
import type { ContractContext } from './contract-context';
import type { CoreTraits } from './core-under-test';

const CITY = {
  type: 'object',
  properties: { city: { type: 'string' }, large: { type: 'boolean' } },
  required: ['city', 'large'],
};

/** Answers that are held to a form, and sampling as far as the form of calls shows it. */
export function describeFormats(context: ContractContext, traits: CoreTraits): void {
  describe('formats', () => {
    const ask = async (more: object): Promise<{ status: number; answer: Json }> => {
      const { status, text } = await context.client.post('/api/chat', {
        model: context.core.model,
        messages: [{ role: 'user', content: 'Warsaw is a large city. Say that in JSON.' }],
        stream: false,
        options: { ...PINNED, num_predict: 60 },
        ...more,
      });
      return { status, answer: JSON.parse(text) as Json };
    };
    const contentOf = (answer: Json): string => String((answer.message as Json).content);

    it('takes an empty format for none', async () => {
      expect((await ask({ format: '', options: { ...PINNED, num_predict: 2 } })).status).toBe(200);
    });

    it('says the same twice with the same seed', async () => {
      const options = { ...PINNED, temperature: 1, seed: 7, num_predict: 12 };
      const said = [await ask({ options }), await ask({ options })].map(({ answer }) => contentOf(answer));
      expect(said[0]).not.toBe('');
      expect(said[0]).toBe(said[1]);
    });

    it.each([
      ['"7"', 7],
      ['"\\"xml\\""', 'xml'],
    ])('refuses %s for a format', async (quoted, format) => {
      expect(await ask({ format })).toEqual({
        status: 500,
        answer: { error: `invalid format: ${quoted}; expected "json" or a valid JSON Schema object` },
      });
    });

    if (!traits.keepsFormat) {
      it('refuses a format that it cannot keep to', async () => {
        const { status, answer } = await ask({ format: 'json' });
        expect([status, answer]).toEqual([400, { error: `${context.core.model} does not support format` }]);
      });
      return;
    }

    it('says what a schema describes, and nothing behind it', async () => {
      const { answer } = await ask({ format: CITY });
      expect(answer.done_reason).toBe('stop');
      const said = JSON.parse(contentOf(answer)) as Json;
      expect(Object.keys(said)).toEqual(['city', 'large']);
      expect([typeof said.city, typeof said.large]).toEqual(['string', 'boolean']);
    });

    it('says an object where any JSON is wished', async () => {
      const { answer } = await ask({ format: 'json' });
      expect(contentOf(answer)).toMatch(/^\{\s*("|\})/);
      if (answer.done_reason === 'stop') expect(typeof JSON.parse(contentOf(answer))).toBe('object');
    });

    it('refuses a schema that is none', async () => {
      expect(await ask({ format: { type: 'nonsense' } })).toEqual({
        status: 500,
        answer: { error: 'invalid JSON schema in format' },
      });
    });
  });
}
