import fc from 'fast-check';
import { boundedSchema, compileToolSchema, SchemaRefused } from './tool-schema';

const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';

describe(compileToolSchema.name, () => {
  it('tells what is wrong with arguments so that a model can mend them', () => {
    const check = compileToolSchema({
      $schema: DRAFT_07,
      type: 'object',
      properties: {
        zone: { type: 'string' },
        unit: { enum: ['s', 'ms'] },
        at: { type: 'string', format: 'date-time' },
      },
      required: ['zone'],
      additionalProperties: false,
    });
    expect(check({ zone: 'Asia/Tokyo', unit: 's', at: '2026-11-27T12:00:00Z' })).toEqual([]);
    expect(check({ unit: 'h', place: 1, at: 'noon' })).toEqual([
      "the arguments must have required property 'zone'",
      'the arguments must NOT have additional properties: place',
      '/unit must be equal to one of the allowed values: "s", "ms"',
      '/at must match format "date-time"',
    ]);
  });

  it.each([
    ['draft-07', DRAFT_07, { items: [{ type: 'string' }, { type: 'number' }], type: 'array' }],
    [
      '2020-12',
      'https://json-schema.org/draft/2020-12/schema',
      { prefixItems: [{ type: 'string' }, { type: 'number' }] },
    ],
    ['no dialect, which is 2020-12', undefined, { prefixItems: [{ type: 'string' }, { type: 'number' }] }],
  ])('reads %s', (_, $schema, list) => {
    const check = compileToolSchema({ ...($schema && { $schema }), type: 'object', properties: { list } });
    expect(check({ list: ['a', 1] })).toEqual([]);
    expect(check({ list: ['a', 'b'] })).toHaveLength(1);
  });

  it('follows references into itself', () => {
    const check = compileToolSchema({
      type: 'object',
      properties: { from: { $ref: '#/$defs/time' }, to: { $ref: '#/$defs/time' } },
      $defs: { time: { type: 'string', pattern: '^\\d\\d:\\d\\d$' } },
    });
    expect(check({ from: '09:00', to: '9' })).toEqual(['/to must match pattern "^\\d\\d:\\d\\d$"']);
  });

  const nested = (depth: number): object =>
    depth === 0 ? { type: 'string' } : { type: 'object', properties: { x: nested(depth - 1) } };
  it.each<[string, unknown, RegExp]>([
    ['no object', 'string', /no object/],
    ['too large', { description: 'x'.repeat(40_000) }, /bytes; at most 32768/],
    ['too deep', nested(8), /more than 12 levels/],
    [
      'too many properties',
      { properties: Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`p${index}`, {}])) },
      /more than 200 properties/,
    ],
    [
      'references elsewhere',
      { properties: { x: { $ref: 'https://evil.example/x.json' } } },
      /outside of itself/,
    ],
    ['references to a file', { properties: { x: { $ref: 'other.json#/a' } } }, /outside of itself/],
    ['references to nothing', { properties: { x: { $ref: '#/$defs/none' } } }, /not there/],
    ['a circle of one', { $defs: { a: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' }, /circle/],
    [
      'a circle of two',
      {
        $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } },
        properties: { x: { $ref: '#/$defs/a' } },
      },
      /circle/,
    ],
    [
      'a circle through a parent',
      { properties: { x: { properties: { y: { $ref: '#/properties/x' } } } } },
      /circle/,
    ],
    ['an unknown dialect', { $schema: 'https://example.org/mine' }, /is not known/],
    ['a pattern that is no pattern', { properties: { x: { pattern: '(' } } }, /does not compile/],
    ['a pattern like a book', { properties: { x: { pattern: 'a'.repeat(300) } } }, /a pattern has 300/],
    ['a type that is none', { type: 'strange' }, /does not compile/],
  ])('refuses %s', (_, schema, message) => {
    expect(() => compileToolSchema(schema)).toThrow(SchemaRefused);
    expect(() => compileToolSchema(schema)).toThrow(message);
  });

  it('refuses or compiles whatever comes, and never fails otherwise', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('type', 'properties', '$ref', 'pattern', 'items', 'x'),
          fc.jsonValue({ maxDepth: 6 }),
        ),
        (schema) => {
          try {
            compileToolSchema(schema);
          } catch (error) {
            expect(error).toBeInstanceOf(SchemaRefused);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is not led astray by names that objects have by themselves', () => {
    expect(() => boundedSchema({ $ref: '#/constructor' })).toThrow(/not there/);
    expect(() => boundedSchema(JSON.parse('{"$ref": "#/__proto__"}'))).toThrow(/not there/);
  });
});
