export const about =
  'A pattern takes time that doubles with each letter; its declared call has forty of them.';

export function change(server) {
  const { inputSchema } = server.tool('remember');
  inputSchema.properties.note.pattern = '^(a+)+$';
}
