import { spawn } from 'node:child_process';

/** What cannot be had on this machine; the rig says so and exits with 3. */
export class Unavailable extends Error {}

export const say = (text) => process.stderr.write(`rig: ${text}\n`);

/**
 * @param {{env?: NodeJS.ProcessEnv, cwd?: string, input?: NodeJS.ReadableStream | string, timeoutMs?: number}} options
 * @returns {Promise<string>} what it wrote on stdout, trimmed.
 * @throws Error with the program's last words.
 */
export function run(command, args, { env = process.env, cwd, input, timeoutMs = 600_000 } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { env, cwd, stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'] });
    let out = '';
    let tail = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.stdout.on('data', (data) => (out += data));
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => (tail = `${tail}${data}`.slice(-3000)));
    if (input) {
      // A program that ends before it read everything says why on stderr; EPIPE would hide it.
      child.stdin.on('error', () => undefined);
      if (typeof input === 'string') child.stdin.end(input);
      else input.pipe(child.stdin);
    }
    child.once('error', (error) => {
      clearTimeout(timer);
      fail(error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      if (code === 0) done(out.trim());
      else fail(new Error(`${command} ${args.slice(0, 3).join(' ')} failed (${code}): ${tail.trim()}`));
    });
  });
}

/** @returns what it wrote, or undefined where it failed or does not exist. */
export const answer = (command, args, options) => run(command, args, options).catch(() => undefined);
