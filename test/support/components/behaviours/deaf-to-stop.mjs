export const about = 'Goes on when its stdin ends and when it is told to end.';

export function change(server) {
  server.stop = () => undefined;
  server.beforeReading = async () => void setInterval(() => undefined, 1_000);
  process.on('SIGINT', () => undefined).on('SIGHUP', () => undefined);
}
