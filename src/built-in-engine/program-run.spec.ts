import { spawnSync } from 'node:child_process';
import { SystemClock } from '../shared/system-clock';
import { ProgramStalled, runProgram, type ProgramRun } from './program-run';

const shell = (script: string, more: Partial<ProgramRun> = {}): ProgramRun => ({
  command: '/bin/sh',
  args: ['-c', script],
  env: { PATH: '/usr/bin:/bin' },
  clock: new SystemClock(),
  signal: new AbortController().signal,
  quietMs: 10_000,
  ...more,
});

/** A killed grandchild stays a zombie until somebody reaps it; it runs no more. */
function runs(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}

describe(runProgram.name, () => {
  it('gives the code and what was said, line by line', async () => {
    const lines: string[] = [];
    const end = await runProgram(
      shell('echo one; echo two >&2; exit 3', { onLine: (line) => lines.push(line) }),
    );
    expect(end.code).toBe(3);
    expect(lines.sort()).toEqual(['one', 'two']);
    expect(end.output).toContain('one\n');
  });

  it('ends a program that has gone quiet, with its children', async () => {
    const begun = Date.now();
    const run = runProgram(
      shell('echo $$; sleep 30 & echo $!; wait', { quietMs: 1_500, onLine: (pid) => pids.push(Number(pid)) }),
    );
    const pids: number[] = [];
    await expect(run).rejects.toThrow(ProgramStalled);
    expect(Date.now() - begun).toBeLessThan(5_000);
    expect(pids).toHaveLength(2);
    expect(pids.filter(runs)).toEqual([]);
  });

  it('lets a silent program go on while its figure moves', async () => {
    let bytes = 0;
    const end = await runProgram(shell('sleep 3', { quietMs: 1_500, moved: async () => ++bytes }));
    expect(end.code).toBe(0);
  });

  it('does not wait for a grandchild that holds the pipes', async () => {
    const begun = Date.now();
    await runProgram(shell('sleep 5 & exit 0'));
    expect(Date.now() - begun).toBeLessThan(2_000);
  });

  it('is told apart from what ended by a signal', async () => {
    expect((await runProgram(shell('kill -9 $$'))).code).toBeNull();
  });

  it('says ENOENT where there is no such program', async () => {
    await expect(runProgram(shell('', { command: '/nowhere/x' }))).rejects.toThrow('ENOENT');
  });
});
