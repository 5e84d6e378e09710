/**
 * A core's stand-in. Prints its own and its relatives' process ids as one JSON line, then lives until it is ended.
 * Words: `crash` exit 3 at once; `deaf` ignore SIGTERM; `child` a child in the same group; `stray` a child in a
 * session of its own; `env` print the environment. Every relative is deaf.
 */
const { spawn } = require('node:child_process');

const words = process.argv.slice(2);
const has = (word) => words.includes(word);
const relative = (detached) => {
  const child = spawn(process.execPath, [process.argv[1], 'deaf'], { detached, stdio: 'ignore' });
  child.unref();
  return child.pid;
};

if (has('deaf')) process.on('SIGTERM', () => {});
if (has('crash')) {
  console.error('actor: cannot open the stage');
  process.exit(3);
}
console.log(
  JSON.stringify({
    pid: process.pid,
    ...(has('child') ? { child: relative(false) } : {}),
    ...(has('stray') ? { stray: relative(true) } : {}),
    ...(has('env') ? { env: process.env } : {}),
  }),
);
setInterval(() => {}, 1000);
