export const about = 'A call of add takes longer than its manifest allows.';
export const limit = { of: 'milliseconds', outside: 300, inContainer: 3_000 };

export function change(server) {
  const add = server.tool('add');
  const { run } = add;
  add.run = async (given) => {
    await new Promise((resolve) => setTimeout(resolve, server.limit));
    return run(given);
  };
}
