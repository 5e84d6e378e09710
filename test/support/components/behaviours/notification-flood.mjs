export const about =
  'Says ten thousand times a second that its list of tools has changed, and answers in between.';
export const limit = { of: 'seconds', outside: 1, inContainer: 86_400 };

const LINE = `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' })}\n`;

export function change(server) {
  server.initialized = () => {
    const flood = setInterval(() => server.raw(LINE.repeat(100)), 10);
    setTimeout(clearInterval, server.limit * 1000, flood).unref();
  };
}
