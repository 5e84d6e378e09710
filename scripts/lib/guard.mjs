// Runs a command in a process group of its own, and ends that group when the one who started us is gone: npm would
// otherwise go on alone and write into the very folder that the next start installs into.
//
//   node guard.mjs COMMAND ARGUMENTS...     (stdin: a pipe that the starter holds open)
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const GRACE_MS = 3000;
const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });

const end = (signal) => {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
};
process.stdin.on('end', () => end('SIGKILL')).on('error', () => end('SIGKILL'));
process.stdin.resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    end(signal);
    setTimeout(() => end('SIGKILL'), GRACE_MS).unref();
  });
}
child.once('error', (error) => {
  process.stderr.write(`${command}: ${error.message}\n`);
  process.exit(127);
});
child.once('close', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
