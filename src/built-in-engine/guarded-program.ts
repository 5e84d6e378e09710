import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Clock } from '../shared/clock';

/** What the guard says over its channel; what it does is in its text below. */
type Said = { pid: number } | { failed: string; message: string } | { code: number | null };

/**
 * Runs `argv[1...]` in a process group of its own, and kills the group once the channel to us closes: by our wish, or
 * because we are gone, even by SIGKILL. It waits for the program's end, so that nobody else has to reap it.
 */
const GUARD = `
const { spawn, spawnSync } = require('node:child_process');
const [command, ...args] = process.argv.slice(1);
const windows = process.platform === 'win32';
const child = spawn(command, args, {
  stdio: ['ignore', 'inherit', 'inherit'], detached: !windows, windowsHide: true,
});
let told = false;
const leave = (said) => {
  if (told) return;
  told = true;
  if (process.connected) process.send(said, () => process.exit(0));
  else process.exit(0);
};
const kill = () => {
  if (child.pid === undefined) return;
  if (windows) return void spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f'], { windowsHide: true });
  try { process.kill(-child.pid, 'SIGKILL'); } catch {}
};
child.once('error', (error) => leave({ failed: error.code, message: error.message }));
child.once('exit', (code) => leave({ code }));
process.once('disconnect', kill);
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, kill);
if (child.pid !== undefined && process.connected) process.send({ pid: child.pid });
`;
/** A guard that has not ended by then is not at work any more. */
const GUARD_ENDS_WITHIN_MS = 2_000;

export interface GuardedProgram {
  /** Its streams are the program's. */
  guard: ChildProcess;
  /** The program's exit code, null after a signal. Rejects with NodeJS.ErrnoException where it cannot be started. */
  ended: Promise<number | null>;
  /** Kills the program and all its children. */
  kill(): void;
}

/** Starts a program that does not outlive us, however we end. */
export function startGuarded(
  command: string,
  args: readonly string[],
  { cwd, env, clock }: { cwd?: string; env: Record<string, string>; clock: Clock },
): GuardedProgram {
  const guard = spawn(process.execPath, ['-e', GUARD, '--', command, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Ctrl-C in the terminal is for us alone.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  let pid: number | undefined;
  let last: Exclude<Said, { pid: number }> | undefined;
  guard.on('message', (said: Said) => {
    if ('pid' in said) pid = said.pid;
    else last = said;
  });
  const killGroup = (): void => {
    try {
      if (pid !== undefined) process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  };
  // The last message may arrive after the news of the end.
  const ended = Promise.all([once(guard, 'exit'), once(guard, 'disconnect')]).then(() => {
    if (last && 'failed' in last) throw Object.assign(new Error(last.message), { code: last.failed });
    // The guard itself was killed.
    if (!last) killGroup();
    return last?.code ?? null;
  });
  const kill = (): void => {
    if (guard.connected) guard.disconnect();
    const late = clock.after(GUARD_ENDS_WITHIN_MS, () => {
      killGroup();
      guard.kill('SIGKILL');
    });
    guard.once('exit', () => late.cancel());
  };
  return { guard, ended, kill };
}
