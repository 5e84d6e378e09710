import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { eventually } from '../support/chat-person';

const GRANDCHILD = "process.stdout.write(process.pid + '\\n'); setInterval(() => undefined, 1000)";
/** Runs a program under the guard, as the installing does, and shows what it says. */
const STARTER = `
  const { spawn } = require('node:child_process');
  const guarded = spawn(process.execPath, ['scripts/lib/guard.mjs', process.execPath, '-e', ${JSON.stringify(GRANDCHILD)}],
    { stdio: ['pipe', 'inherit', 'inherit'] });
  guarded.once('close', (code) => process.exit(code));
  process.on('SIGTERM', () => guarded.kill('SIGTERM'));`;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a guarded program', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)('ends with the one who started it (%s)', async (signal) => {
    const starter = spawn(process.execPath, ['-e', STARTER], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(starter.stdout), 'line')) as [string];
    const pid = Number(line);
    expect(alive(pid)).toBe(true);
    starter.kill(signal);
    await once(starter, 'exit');
    await eventually(
      () => Promise.resolve(alive(pid)),
      (lives) => !lives,
      4_000,
      'it ends',
    );
  });

  it('passes the exit code on, and says when there is no such program', async () => {
    const run = (...command: string[]) =>
      once(
        spawn(process.execPath, ['scripts/lib/guard.mjs', ...command], {
          stdio: ['pipe', 'ignore', 'ignore'],
        }),
        'exit',
      );
    expect((await run(process.execPath, '-e', 'process.exit(7)'))[0]).toBe(7);
    expect((await run('no-such-program-here'))[0]).toBe(127);
  });
});
