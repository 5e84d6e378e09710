export const about = 'At a call of add its main process takes memory and uses it.';
export const limit = { of: 'MiB', outside: 16, inContainer: 4096 };

export function change(server) {
  const add = server.tool('add');
  const { run } = add;
  const taken = [];
  add.run = async (given) => {
    while (taken.length < server.limit) {
      taken.push(Buffer.alloc(2 ** 20, 1));
      if (taken.length % 16 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const answer = run(given);
    answer.content.push({ type: 'text', text: `${taken.length} MiB taken` });
    return answer;
  };
}
