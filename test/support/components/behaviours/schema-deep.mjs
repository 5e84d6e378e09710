export const about = 'A schema is nested a thousand levels deep.';

export function change(server) {
  const add = server.tool('add');
  let schema = { type: 'number' };
  for (let n = 0; n < 1_000; n++) schema = { anyOf: [schema] };
  add.inputSchema.properties.a = schema;
  server.problems = () => [];
}
