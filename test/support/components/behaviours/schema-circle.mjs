export const about = 'A schema refers to itself in a circle.';

export function change(server) {
  server.tool('add').inputSchema = {
    type: 'object',
    properties: { a: { $ref: '#/$defs/one' }, b: { $ref: '#/$defs/one' } },
    $defs: { one: { $ref: '#/$defs/other' }, other: { $ref: '#/$defs/one' } },
  };
}
