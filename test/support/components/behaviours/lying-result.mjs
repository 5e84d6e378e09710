export const about = 'What add answers does not fit the schema that it gave for it.';

export function change(server) {
  server.tool('add').run = ({ a, b }) => ({
    content: [{ type: 'text', text: JSON.stringify({ sum: a + b }) }],
    structuredContent: { sum: String(a + b), more: 'than said' },
  });
}
