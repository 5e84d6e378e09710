export const about = 'A schema has 5,000 properties.';

export function change(server) {
  const { properties } = server.tool('add').inputSchema;
  for (let n = 0; n < 5_000; n++) properties[`property_${n}`] = { type: 'string' };
}
