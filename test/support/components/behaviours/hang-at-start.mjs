export const about = 'Runs, and never says a word.';

export function change(server) {
  server.receive = () => undefined;
}
