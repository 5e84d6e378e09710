export const about =
  'A schema is nested twenty levels deep: a frame may be, a schema that somebody compiles may not.';

export function change(server) {
  let schema = { type: 'number' };
  for (let n = 0; n < 20; n++) schema = { anyOf: [schema] };
  server.tool('add').inputSchema.properties.a = schema;
  server.problems = () => [];
}
