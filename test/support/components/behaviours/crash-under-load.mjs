export const about = 'Does well with one call at a time, and crashes with four at once.';

export function change(server) {
  const call = server.callTool.bind(server);
  let running = 0;
  server.callTool = async (...given) => {
    if (++running >= 4) throw process.nextTick(() => process.abort());
    await new Promise((resolve) => setTimeout(resolve, 100));
    return call(...given).finally(() => running--);
  };
}
