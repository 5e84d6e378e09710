import { engineSchema, withoutTail } from './json-grammar';

describe(engineSchema.name, () => {
  it.each<[string, unknown, unknown]>([
    ['a plain type', { type: 'integer', minimum: 3 }, { type: 'integer' }],
    ['no type', {}, { type: ['string', 'number', 'boolean', 'null'] }],
    ['several types', { type: ['array', 'null'] }, { oneOf: [{ type: 'array' }, { type: 'null' }] }],
    ['anyOf', { anyOf: [{ type: 'null' }, { const: 1 }] }, { oneOf: [{ type: 'null' }, { const: 1 }] }],
    ['an enum', { type: 'string', enum: ['a'] }, { enum: ['a'] }],
    ['a format it knows', { type: 'string', format: 'date' }, { type: 'string', format: 'date' }],
    [
      'a format it does not know',
      { type: 'string', format: 'email', maxLength: 9 },
      { type: 'string', maxLength: 9 },
    ],
    ['an object of anything', { type: 'object' }, { type: 'object', additionalProperties: true }],
    [
      'properties',
      { properties: { a: { type: 'string' } }, required: ['a'] },
      { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false },
    ],
    [
      'definitions',
      { $ref: '#/definitions/x', definitions: { x: { type: 'null' } } },
      { $ref: '#/$defs/x', $defs: { x: { type: 'null' } } },
    ],
    [
      'items',
      { type: 'array', items: {}, minItems: 1 },
      { type: 'array', items: { type: ['string', 'number', 'boolean', 'null'] }, minItems: 1 },
    ],
  ])('translates %s', (_name, schema, expected) => expect(engineSchema(schema)).toEqual(expected));

  it('refuses a type that is none, wherever it stands', () => {
    expect(() => engineSchema({ properties: { a: { type: 'nonsense' } } })).toThrow('no type "nonsense"');
  });
});

describe(withoutTail.name, () => {
  it('ends the root with the value', () => {
    const grammar = String.raw`root ::= "{" "}" "\n\n\n\n" [\n]*` + '\nrule0 ::= "[" "]"';
    expect(withoutTail(grammar)).toBe('root ::= "{" "}"\nrule0 ::= "[" "]"');
  });
});
