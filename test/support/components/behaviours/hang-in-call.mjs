export const about = 'Never answers a call of add, whatever is said to it.';

export function change(server) {
  server.tool('add').run = () => new Promise(() => undefined);
}
