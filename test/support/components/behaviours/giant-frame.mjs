export const about = 'Answers add in one line of 64 MiB.';
export const limit = { of: 'MiB', outside: 6, inContainer: 64 };

export function change(server) {
  server.tool('add').run = async (_, { id }) => {
    server.raw(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[{"type":"text","text":"`);
    for (let n = 0; n < server.limit; n++)
      if (!server.raw('x'.repeat(2 ** 20)))
        await new Promise((resolve) => process.stdout.once('drain', resolve));
    server.raw('"}]}}\n');
  };
}
