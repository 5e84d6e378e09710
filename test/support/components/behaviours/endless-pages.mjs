export const about = 'Its list of tools has always one more page.';

export function change(server) {
  server.listTools = ({ cursor = '0' }) => ({
    tools: cursor === '0' ? server.tools : [],
    nextCursor: String(Number(cursor) + 1),
  });
}
