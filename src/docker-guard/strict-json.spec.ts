import fc from 'fast-check';
import { parseStrictJson, sameJson } from './strict-json';

describe(parseStrictJson.name, () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        let number = true;
        JSON.stringify(value, (_key, one: unknown) => {
          if (typeof one === 'number' && Number.isInteger(one) && !Number.isSafeInteger(one)) number = false;
          return one;
        });
        if (number) expect(JSON.stringify(parseStrictJson(text))).toBe(JSON.stringify(JSON.parse(text)));
        else expect(() => parseStrictJson(text)).toThrow(SyntaxError);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '',
    '{} {}',
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"a":1,}',
    '[1,]',
    '{a:1}',
    "{'a':1}",
    '01',
    '1e',
    '"\u0001"',
    '"\\x"',
    'nul',
    '9007199254740993',
    '['.repeat(40) + ']'.repeat(40),
    '{"a" 1}',
    '\ufeff{}',
  ])('refuses %j', (text) => {
    expect(() => parseStrictJson(text)).toThrow(SyntaxError);
  });

  it('takes __proto__ for a key like any other', () => {
    const parsed = parseStrictJson('{"__proto__":{"Privileged":true}}') as Record<string, unknown>;
    expect(Object.keys(parsed)).toEqual(['__proto__']);
    expect(parsed.Privileged).toBeUndefined();
  });
});

describe(sameJson.name, () => {
  it.each([
    [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
    [[1, 2], [2, 1], false],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [[], {}, false],
    [null, {}, false],
  ])('%j and %j: %s', (one, other, same) => expect(sameJson(one, other)).toBe(same));
});
