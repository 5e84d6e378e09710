import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '');
const GUARD = fileURLToPath(new URL('./guard.mjs', import.meta.url));
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const GRACE_MS = 3000;

/**
 * Runs a program in the project's folder. `quiet` keeps its output (returned); otherwise it shows as it comes.
 * `guarded`: it does not outlive us, however we end.
 * @returns {Promise<{code: number, output: string}>} code 127 when the program does not exist, 128 when a signal ended it.
 */
export function run(
  command,
  args,
  { quiet = false, env = process.env, stdin = 'ignore', guarded = false } = {},
) {
  return new Promise((resolve) => {
    const out = quiet ? 'pipe' : 'inherit';
    const [program, given] = guarded ? [process.execPath, [GUARD, command, ...args]] : [command, args];
    const child = spawn(program, given, { cwd: ROOT, env, stdio: [guarded ? 'pipe' : stdin, out, out] });
    let output = '';
    child.stdout?.setEncoding('utf8');
    child.stderr?.setEncoding('utf8');
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => resolve({ code: 127, output: `${command}: ${error.message}\n` }));
    const endPassing = passSignalsOn(child);
    child.once('close', (code, signal) => {
      endPassing();
      resolve({ code: code ?? 128, output: signal ? `${output}${signal}\n` : output });
    });
  });
}

/** A script that is told to end ends what it runs first: an npm that goes on alone would write into node_modules. */
function passSignalsOn(child) {
  let told;
  const pass = (signal) => {
    told = signal;
    child.kill(signal);
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
  };
  for (const signal of ENDING) process.on(signal, pass);
  return () => {
    for (const signal of ENDING) process.off(signal, pass);
    if (told !== undefined) process.exit(128 + constants.signals[told]);
  };
}

/** Runs a JavaScript file of the project or of node_modules with this very Node. */
export const runNode = (file, args, options) => run(process.execPath, [file, ...args], options);

/** What says how packages are reached; kept for a nested npm. Everything else under npm_ belongs to the outer one. */
const REACH =
  /^npm_config_(registry|cache|userconfig|globalconfig|proxy|https_proxy|noproxy|cafile|ca|strict_ssl|offline|prefer_offline|fetch_\w+)$/i;

/** Our environment without what an outer npm put into it. */
export function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || REACH.test(name)),
  );
}
