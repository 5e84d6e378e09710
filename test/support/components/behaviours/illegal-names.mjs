export const about = 'Tools with names that no tool may have.';

const NAMES = [
  '',
  'two words',
  'a/b',
  '__proto__.x;',
  'ädd',
  'x'.repeat(129),
  'add\u200b',
  '../../etc',
  'a\nb',
  7,
];

export function change(server) {
  const { inputSchema } = server.tool('add');
  for (const name of NAMES)
    server.tools.push({ name, description: 'A tool.', inputSchema, run: () => 'done' });
}
