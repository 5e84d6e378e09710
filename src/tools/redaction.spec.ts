import { Redaction } from './redaction';

describe(Redaction.name, () => {
  const sut = new Redaction(['hunter2/"x"', 'hunter2', 'abc']);

  it('finds a secret in every spelling that programs use', () => {
    const secret = 'hunter2/"x"';
    const spellings = [
      secret,
      JSON.stringify(secret),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('hex'),
    ];
    for (const spelling of spellings) {
      expect(sut.text(`before ${spelling} behind`)).toMatch(/^before "?\[secret\]"? behind$/);
    }
  });

  it('leaves what is too short to be a secret', () => {
    expect(sut.text('abc')).toBe('abc');
  });

  it('goes through a whole answer', () => {
    const answer = {
      isError: false,
      content: [
        { type: 'text', text: 'my hunter2', bytes: 9 },
        { type: 'image', bytes: 4 },
      ],
      structured: { deep: [{ hunter2: 'hunter2', count: 2, none: null }] },
      bytes: 99,
    };
    expect(sut.answer(answer)).toEqual({
      isError: false,
      content: [
        { type: 'text', text: 'my [secret]', bytes: 9 },
        { type: 'image', bytes: 4 },
      ],
      structured: { deep: [{ '[secret]': '[secret]', count: 2, none: null }] },
      bytes: 99,
    });
  });
});
