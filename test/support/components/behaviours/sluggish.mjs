export const about = 'Every call takes a good part of what its manifest allows.';
export const limit = { of: 'milliseconds', outside: 100, inContainer: 250 };

export function change(server) {
  const call = server.callTool.bind(server);
  server.callTool = async (...given) => {
    await new Promise((resolve) => setTimeout(resolve, server.limit));
    return call(...given);
  };
}
