export const about = 'Lacks a tool that its manifest names.';

export function change(server) {
  server.tools.splice(server.tools.indexOf(server.tool('forget_all')), 1);
}
