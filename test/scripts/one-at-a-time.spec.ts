import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Notes when its work begins and ends; `linger` ms lie between. */
const WORKER = `
  import { appendFileSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { oneAtATime } from './scripts/lib/one-at-a-time.mjs';
  const [lock, notes, linger] = process.argv.slice(1);
  await oneAtATime(lock, async () => {
    appendFileSync(notes, 'begin ' + process.pid + '\\n');
    await sleep(Number(linger));
    appendFileSync(notes, 'end ' + process.pid + '\\n');
  }, (pid) => process.stdout.write('waits for ' + pid + '\\n'));`;

describe('work that only one process does at a time', () => {
  let folder: string;
  let lock: string;
  let notes: string;
  const running: ChildProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'one-at-a-time-'));
    lock = join(folder, 'made/setup.lock');
    notes = join(folder, 'notes');
    writeFileSync(notes, '');
  });
  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  function worker(linger: number) {
    const args = ['--input-type=module', '-e', WORKER, lock, notes, String(linger)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    running.push(child);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (data: string) => (said += data));
    return { child, said: () => said, closed: once(child, 'close').then(([code]) => code as number | null) };
  }
  /** The turn of this very process. */
  function held() {
    mkdirSync(dirname(lock), { recursive: true });
    writeFileSync(lock, String(process.pid));
    return { pid: process.pid, close: () => rmSync(lock) };
  }
  const noted = () => readFileSync(notes, 'utf8').trim().split('\n');
  async function begun() {
    while (!noted()[0]) await new Promise((done) => setTimeout(done, 10));
  }

  it('is done by four in turn, each told once whom it waits for', async () => {
    // First it is ours, so that all four wait, however long they take to begin.
    const { close, pid } = held();
    const workers = [1, 2, 3, 4].map(() => worker(50));
    for (const { said } of workers)
      while (!said().includes(`waits for ${pid}\n`)) await new Promise((done) => setTimeout(done, 10));
    expect(readFileSync(notes, 'utf8')).toBe('');
    close();
    expect(await Promise.all(workers.map(({ closed }) => closed))).toEqual([0, 0, 0, 0]);
    const lines = noted();
    expect(lines).toHaveLength(8);
    for (let i = 0; i < 8; i += 2) expect(lines[i + 1]).toBe(lines[i]?.replace('begin', 'end'));
    expect(new Set(lines).size).toBe(8);
    for (const { said } of workers) expect(said()).toBe(`waits for ${pid}\n`);
    expect(existsSync(lock)).toBe(false);
  });

  it('goes on when the one whose turn it was has been killed', async () => {
    const first = worker(60_000);
    await begun();
    first.child.kill('SIGKILL');
    await first.closed;
    expect(existsSync(lock)).toBe(true);
    const second = worker(0);
    expect(await second.closed).toBe(0);
    expect(noted().slice(1)).toEqual([`begin ${second.child.pid}`, `end ${second.child.pid}`]);
  });

  it('goes on when the process id of the file is another program by now', async () => {
    const first = worker(0);
    await first.closed;
    writeFileSync(lock, String(process.pid));
    const longAgo = new Date(Date.now() - 61_000);
    utimesSync(lock, longAgo, longAgo);
    expect(await worker(0).closed).toBe(0);
    expect(noted()).toHaveLength(4);
  });

  it('gives its turn back when it exits in the middle', async () => {
    const program = `
      import { oneAtATime } from './scripts/lib/one-at-a-time.mjs';
      await oneAtATime(process.argv[1], async () => process.exit(7));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, lock], { stdio: 'inherit' });
    running.push(child);
    expect(((await once(child, 'close')) as [number])[0]).toBe(7);
    expect(existsSync(lock)).toBe(false);
  });
});
