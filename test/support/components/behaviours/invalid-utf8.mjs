export const about = 'Before each answer to a call it writes a line with bytes that are no UTF-8.';

const BROKEN = Buffer.from([
  0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xc3, 0x28, 0xff, 0xed, 0xa0, 0x80, 0x22, 0x7d, 0x0a,
]);

export function change(server) {
  const call = server.callTool.bind(server);
  server.callTool = (...given) => (server.raw(BROKEN), call(...given));
}
