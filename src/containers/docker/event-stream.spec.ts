import fc from 'fast-check';
import { justAfter } from './event-stream';

describe(justAfter.name, () => {
  it('is the next nanosecond, to the last digit', () => {
    expect(justAfter('{"time":1795811252,"timeNano":1795811252269406017}')).toBe('1795811252.269406018');
    expect(justAfter('{"timeNano":1795811252999999999}')).toBe('1795811253.000000000');
    expect(justAfter('{"timeNano":1795811252000000008}')).toBe('1795811252.000000009');
  });

  it('is later than the event, and not later than any that follows', () =>
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 18n, max: 2n * 10n ** 18n }), (told) => {
        const [seconds = '', fraction = ''] = justAfter(`{"timeNano":${told}}`)?.split('.') ?? [];
        expect(fraction).toHaveLength(9);
        expect(BigInt(seconds + fraction)).toBe(told + 1n);
      }),
    ));

  it('is nothing for a line without a time', () => {
    expect(justAfter('{"Type":"container"}')).toBeUndefined();
  });
});
