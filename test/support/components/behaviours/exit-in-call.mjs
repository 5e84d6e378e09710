export const about = 'Ends while add is called.';

export function change(server) {
  server.tool('add').run = () => {
    process.stderr.write('fatal: the adder has left\n');
    process.exit(7);
  };
}
