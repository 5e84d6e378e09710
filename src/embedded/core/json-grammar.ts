/** Any JSON object, in llama.cpp's grammar notation. Space is bounded, or a model could go on with it for ever. */
export const JSON_OBJECT_GRAMMAR = String.raw`
root ::= object
object ::= "{" space ( member ( "," space member )* )? "}"
member ::= string ":" space value
array ::= "[" space ( value ( "," space value )* )? "]" space
value ::= object space | array | string | number | ( "true" | "false" | "null" ) space
string ::= "\"" ( [^"\\\x00-\x1f\x7f] | "\\" ( ["\\/bfnrt] | "u" hex hex hex hex ) )* "\"" space
number ::= "-"? ( "0" | [1-9] [0-9]{0,15} ) ( "." [0-9]{1,16} )? ( [eE] [-+]? [0-9]{1,3} )? space
hex ::= [0-9a-fA-F]
space ::= ( " " | "\n" [ \t]{0,20} )?
`;

/** What the engine puts behind a value of a schema, for a session of its own to end by; a model would go on with it. */
const TAIL = / "\\n\\n\\n\\n" \[\\n\]\*$/m;

type Schema = Record<string, unknown>;

const SCALARS = ['string', 'number', 'boolean', 'null'];
const TYPES: unknown[] = [...SCALARS, 'integer'];
const STRING_FORMATS = ['date-time', 'time', 'date'];

/** The grammar that the engine makes of a schema, ending with the value. */
export function withoutTail(grammar: string): string {
  return grammar.replace(TAIL, '');
}

/**
 * A JSON Schema in the part of the language that the engine knows. What it does not know becomes wider (`pattern`,
 * `allOf` beyond its first part), and every listed property is written, required or not. Throws on a type that is none.
 */
export function engineSchema(schema: unknown): Schema {
  if (!isSchema(schema)) return { type: SCALARS };
  const definitions = schema.$defs ?? schema.definitions;
  const known = translated(schema);
  return isSchema(definitions) ? { ...known, $defs: mapValues(definitions, engineSchema) } : known;
}

function translated(schema: Schema): Schema {
  if (typeof schema.$ref === 'string') {
    return { $ref: schema.$ref.replace(/^#\/definitions\//, '#/$defs/') };
  }
  if ('const' in schema) return { const: schema.const };
  if (Array.isArray(schema.enum)) return { enum: schema.enum };
  const choices = schema.oneOf ?? schema.anyOf;
  if (Array.isArray(choices)) return { oneOf: choices.map(engineSchema) };
  if (Array.isArray(schema.allOf)) return engineSchema(schema.allOf[0]);
  if (Array.isArray(schema.type)) {
    return { oneOf: schema.type.map((type: unknown) => translated({ ...schema, type })) };
  }
  switch (schema.type ?? (isSchema(schema.properties) ? 'object' : undefined)) {
    case 'object':
      return objectSchema(schema);
    case 'array':
      return arraySchema(schema);
    case 'string':
      return stringSchema(schema);
    case undefined:
      return { type: SCALARS };
    default:
      if (!TYPES.includes(schema.type)) throw new Error(`there is no type ${JSON.stringify(schema.type)}`);
      return { type: schema.type };
  }
}

function objectSchema({ properties, additionalProperties, minProperties, maxProperties }: Schema): Schema {
  const listed = isSchema(properties) ? mapValues(properties, engineSchema) : undefined;
  const others = isSchema(additionalProperties)
    ? engineSchema(additionalProperties)
    : (additionalProperties ?? listed === undefined);
  return defined({
    type: 'object',
    properties: listed,
    // Where properties are listed, only a schema for the others makes the model write any.
    additionalProperties: listed && !isSchema(others) ? false : others,
    minProperties,
    maxProperties,
  });
}

function arraySchema({ items, prefixItems, minItems, maxItems }: Schema): Schema {
  return defined({
    type: 'array',
    items: items === undefined ? undefined : engineSchema(items),
    prefixItems: Array.isArray(prefixItems) ? prefixItems.map(engineSchema) : undefined,
    minItems,
    maxItems,
  });
}

function stringSchema({ format, minLength, maxLength }: Schema): Schema {
  if (STRING_FORMATS.includes(String(format))) return { type: 'string', format };
  return defined({ type: 'string', minLength, maxLength });
}

function mapValues(schema: Schema, map: (value: unknown) => Schema): Schema {
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, map(value)]));
}

function defined(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
