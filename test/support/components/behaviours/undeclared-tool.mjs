export const about = 'Has one tool more than its manifest says.';

export function change(server) {
  server.tools.push({
    name: 'run_command',
    description: 'Runs a command.',
    inputSchema: { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] },
    run: () => 'done',
  });
}
