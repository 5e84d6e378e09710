import { ollamaSchema } from './ollama-schema';

const of = (property: object, more: object = {}): unknown =>
  (ollamaSchema({ type: 'object', properties: { p: property }, ...more }).properties as { p: unknown }).p;

describe(ollamaSchema.name, () => {
  it.each([
    [
      'a default',
      { type: 'integer', default: 10, minimum: 1, maximum: 50 },
      'default 10; at least 1; at most 50',
    ],
    ['a format', { type: 'string', format: 'date', pattern: '^x' }, 'pattern ^x; format date'],
    [
      'bounds of a list',
      { type: 'array', minItems: 1, uniqueItems: true },
      'at least 1 items; no item twice',
    ],
    ['what it must not be', { not: { const: 3 } }, 'not {"const":3}'],
  ])('says %s in words', (_, property, words) => {
    expect(of({ description: 'How many.', ...property })).toMatchObject({
      description: `How many. (${words})`,
    });
    expect(of(property)).toMatchObject({ description: `(${words})` });
  });

  it('puts local references in place, and an object where they run in a circle', () => {
    const $defs = {
      node: {
        type: 'object',
        properties: { next: { $ref: '#/$defs/node' }, zone: { $ref: '#/$defs/zone' } },
      },
      zone: { type: 'string', description: 'A zone.' },
    };
    expect(of({ $ref: '#/$defs/node', description: 'The first.' }, { $defs })).toEqual({
      type: 'object',
      description: 'The first.',
      properties: { next: { type: 'object' }, zone: { type: 'string', description: 'A zone.' } },
    });
  });

  it('follows references six deep', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 9 }, (_, at) => [`d${at}`, { properties: { p: { $ref: `#/$defs/d${at + 1}` } } }]),
    );
    let node = of({ $ref: '#/$defs/d0' }, { $defs }) as { properties?: { p: never } } | undefined;
    let depth = 0;
    for (; node?.properties; depth++) node = node.properties.p;
    expect(depth).toBe(6);
  });

  it('keeps choices, merges what all must hold, and makes a constant the only choice', () => {
    expect(of({ oneOf: [{ type: 'string' }, { const: 7 }] })).toEqual({
      anyOf: [{ type: 'string' }, { enum: [7] }],
    });
    const merged = ollamaSchema({
      allOf: [
        { properties: { b: { type: 'string' } }, required: ['b'] },
        { properties: { a: { type: 'number' } }, required: ['a'] },
      ],
    });
    expect(merged).toEqual({
      type: 'object',
      properties: { a: { type: 'number' }, b: { type: 'string' } },
      required: ['a', 'b'],
    });
  });

  it.each([
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }],
    [{ oneOf: [{ type: 'null' }, { type: 'string' }] }],
    [{ type: ['string', 'null'] }],
  ])('takes null out of %j, and says so', (property) => {
    expect(of(property)).toEqual({ type: 'string', description: '(may be null)' });
  });

  it('is the same text whatever the order of names', () => {
    const one = ollamaSchema({ properties: { b: { type: 'string' }, a: {} }, required: ['b', 'a'] });
    const other = ollamaSchema({ required: ['a', 'b'], properties: { a: {}, b: { type: 'string' } } });
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
  });

  it('drops what is not for the model, and makes something of nothing', () => {
    expect(ollamaSchema({ $schema: 'x', type: 'object', $defs: {}, properties: {} })).toEqual({
      type: 'object',
      properties: {},
    });
    expect(ollamaSchema(undefined)).toEqual({ type: 'object', properties: {} });
  });
});
