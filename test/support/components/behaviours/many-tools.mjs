export const about = 'Has a thousand tools more than it says.';

export function change(server) {
  const { inputSchema } = server.tool('add');
  server.page = Infinity;
  for (let n = 0; n < 1_000; n++)
    server.tools.push({
      name: `tool_${n}`,
      description: `Does the thing number ${n}, and does it well, whatever it is that it does.`,
      inputSchema,
      run: () => 'done',
    });
}
