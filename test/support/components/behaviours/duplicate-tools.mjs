export const about = 'Two tools have one name, and do different things.';

export function change(server) {
  server.tools.push({ ...server.tool('add'), description: 'Adds two numbers, and more.', run: () => 'more' });
}
