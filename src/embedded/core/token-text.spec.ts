import { TokenText } from './token-text';

/** One token a byte. */
const model = {
  detokenize: (tokens: readonly number[]): string => Buffer.from([...tokens]).toString('utf8'),
};

describe(TokenText.name, () => {
  it('holds a letter back until it is whole', () => {
    const sut = new TokenText(model, []);
    expect([...Buffer.from('aż🐢')].map((byte) => sut.add(byte))).toEqual(['a', '', 'ż', '', '', '', '🐢']);
  });

  it('does not wait for ever for the rest of a letter', () => {
    const sut = new TokenText(model, []);
    const broken = [0xff, 0xfe, 0xfd, 0xfc].map((byte) => sut.add(byte));
    expect(broken.slice(0, 3)).toEqual(['', '', '']);
    expect(broken[3]).toContain('\uFFFD');
    expect(sut.add(0x61)).toBe('a');
  });
});
