import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM, textOf } from '../support/components/component-process';
import { runningComponents } from '../support/components/running-components';
import { childrenOf, exists } from '../support/process-tree';

/** What it would do, and how much of it. */
const plan = (behaviour: string, env: Record<string, string> = {}): unknown =>
  JSON.parse(
    execFileSync(process.execPath, [PROGRAM, behaviour, '--dry-run'], {
      env: { PATH: '/bin', ...env },
      encoding: 'utf8',
    }),
  );

/** What looks into /proc. */
const itOnLinux = process.platform === 'linux' ? it : it.skip;

/** Hundredths of a second that it has computed. */
const ticks = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[11]);
};

describe('components that take too much', () => {
  const start = runningComponents();
  const add = { a: 2, b: 3 };

  it.each([
    ['fork-bomb', 'processes', 3, 1_000],
    ['memory-bomb', 'MiB', 16, 4_096],
    ['memory-bomb-child', 'MiB', 16, 4_096],
    ['disk-bomb', 'MiB', 2, 65_536],
    ['log-bomb', 'lines', 2_000, 1e9],
    ['giant-frame', 'MiB', 6, 64],
    ['endless-frame', 'MiB', 6, 1e9],
    ['busy-loop', 'seconds', 1, 86_400],
  ])('%s is small unless something bounds it', (behaviour, of, outside, inContainer) => {
    expect(plan(behaviour)).toMatchObject({ takes: { of }, limit: outside });
    expect(plan(behaviour, { COMPONENT_IN_CONTAINER: '1' })).toMatchObject({ limit: inContainer });
    expect(plan(behaviour, { COMPONENT_IN_CONTAINER: '1', COMPONENT_LIMIT: '2' })).toMatchObject({
      limit: 2,
    });
  });

  itOnLinux('fork-bomb starts as many as it says, and they end with it', async () => {
    const component = start('fork-bomb', { COMPONENT_LIMIT: '4' });
    expect(textOf(await component.call('add', add))).toContain('up to 4 processes; 0 refused');
    const forked = new Set<number>();
    const find = async (pid: number): Promise<void> => {
      for (const child of await childrenOf(pid)) {
        forked.add(child);
        await find(child);
      }
    };
    const enough = async (): Promise<void> => {
      for (let tries = 0; forked.size < 4 && tries < 50; tries++) {
        await find(component.pid);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    await enough();
    expect(forked.size).toBe(4);
    component.signal('SIGKILL');
    for (let tries = 0; [...forked].some(exists) && tries < 50; tries++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect([...forked].filter(exists)).toEqual([]);
  });

  it('memory-bomb takes as much as it says', async () => {
    const component = start('memory-bomb', { COMPONENT_LIMIT: '24' });
    expect(textOf(await component.call('add', add))).toContain('24 MiB taken');
  });

  it('memory-bomb-child takes it in a child, and answers', async () => {
    const answer = textOf(await start('memory-bomb-child').call('add', add));
    expect(answer).toBe('{"sum":5}\nthe child ended: 0');
  });

  it('disk-bomb fills the folder for scratch files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rdzen-disk-bomb-'));
    try {
      const component = start('disk-bomb', { TMPDIR: folder });
      expect(textOf(await component.call('add', add))).toContain('2097152 bytes written: all of it');
      const [inner = ''] = readdirSync(folder);
      expect(statSync(join(folder, inner, 'rubbish')).size).toBe(2 * 2 ** 20);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  itOnLinux('busy-loop computes without rest, and answers in between', async () => {
    const component = start('busy-loop', { COMPONENT_LIMIT: '10' });
    await component.connect();
    const before = ticks(component.pid);
    for (let tries = 0; ticks(component.pid) - before <= 15 && tries < 50; tries++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await component.call('add', add)).structuredContent).toEqual({ sum: 5 });
    expect(ticks(component.pid) - before).toBeGreaterThan(15);
  });
});
