export const about = 'Answers add with a line that never ends.';
export const limit = { of: 'MiB', outside: 6, inContainer: 1e9 };

export function change(server) {
  server.tool('add').run = async () => {
    server.raw('{"jsonrpc":"2.0","id":1,"result":"');
    for (let n = 0; n < server.limit; n++)
      if (!server.raw('x'.repeat(2 ** 20)))
        await new Promise((resolve) => process.stdout.once('drain', resolve));
    await new Promise(() => undefined);
  };
}
