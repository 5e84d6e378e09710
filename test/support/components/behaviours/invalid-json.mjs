export const about =
  'Writes what is no JSON on stdout: words for people, half a message, a list, colours of a terminal.';

const LINES = [
  'Server listening on stdio...',
  '{"jsonrpc":"2.0","id":1,"result":',
  '[]',
  '"text"',
  '\u001b[31mwarning\u001b[0m: \u202etxet siht',
  '{"a":'.repeat(5_000),
];

export function change(server) {
  server.beforeReading = async () => void server.raw(`${LINES[0]}\n`);
  const call = server.callTool.bind(server);
  server.callTool = (...given) => (server.raw(`${LINES.join('\n')}\n`), call(...given));
}
