import { compileToolSchema } from './tool-schema';
import { timeLimited, TookTooLong } from './time-limited';

describe('work with a limit', () => {
  it('gives what the work gives, and throws what it throws', () => {
    expect(timeLimited(50, () => ({ sum: 5 }))).toEqual({ sum: 5 });
    expect(() =>
      timeLimited(50, () => {
        throw new TypeError('mine');
      }),
    ).toThrow(new TypeError('mine'));
  });

  it('ends a pattern that backtracks for ever, and the next work is done as ever', () => {
    const check = compileToolSchema({
      type: 'object',
      properties: { text: { type: 'string', pattern: '^(a+)+$' } },
    });
    const began = performance.now();
    expect(() => timeLimited(50, () => check({ text: `${'a'.repeat(40)}!` }))).toThrow(TookTooLong);
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(timeLimited(50, () => check({ text: 'aaa' }))).toEqual([]);
  });
});
