/**
 * Makes ports of the test's loopback answer in the network namespace this is started in, over sockets in a folder: PORT
 * listens here and goes on to FOLDER/PORT.sock. Ends with its input, and has the engine it belongs to end then as well.
 */
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

const [folder, engine, ...ports] = process.argv.slice(2);
for (const port of ports)
  createServer((inner) => {
    const outer = connect(join(folder, `${port}.sock`));
    inner.pipe(outer).pipe(inner);
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ])
      one.on('error', () => other.destroy());
  }).listen(Number(port), '127.0.0.1');

process.stdin.once('end', () => {
  try {
    process.kill(Number(engine), 'SIGTERM');
  } catch {
    // It has ended before.
  }
  process.exit();
});
process.stdin.resume();
