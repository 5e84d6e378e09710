import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RdzenError } from '../shared/rdzen-error';
import { InstanceLock } from './instance-lock';

/** Takes the kernel lock as the real class does, in a process of its own, prints a line and waits. */
const HOLDER = `
  const Database = require(${JSON.stringify(require.resolve('libsql'))});
  const { join } = require('node:path');
  const database = new Database(join(process.argv[1], 'instance.lock'));
  try { database.exec('BEGIN EXCLUSIVE'); console.log('held'); } catch (error) { console.log(error.code); process.exit(); }
  setInterval(() => {}, 1000);
`;

describe(InstanceLock.name, () => {
  let root: string;
  const others: ChildProcess[] = [];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'rdzen-lock-'));
  });
  afterEach(() => {
    for (const other of others.splice(0)) other.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  });

  const otherProcess = async (dataDir: string): Promise<{ says: string; child: ChildProcess }> => {
    const child = spawn(process.execPath, ['-e', HOLDER, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    others.push(child);
    const says = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data: Buffer) => resolve(data.toString())),
    );
    return { says: says.trim(), child };
  };
  const failure = (dataDir: string): RdzenError => {
    try {
      InstanceLock.acquire(dataDir, 0).release();
    } catch (error) {
      expect(error).toBeInstanceOf(RdzenError);
      return error as RdzenError;
    }
    throw new Error('The lock was given.');
  };

  it('makes the folder for its owner alone and says who holds it', () => {
    const data = join(root, 'deep/data');
    const lock = InstanceLock.acquire(data, 1234);
    expect(statSync(data).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(join(data, 'instance.json'), 'utf8'))).toEqual({
      pid: process.pid,
      startedAt: 1234,
    });
    lock.announce('http://127.0.0.1:5000');
    expect(failure(data)).toMatchObject({
      code: 'ALREADY_RUNNING',
      message: `The data folder ${data} is in use by process ${process.pid} at http://127.0.0.1:5000. Stop it (kill ${process.pid}), or choose another folder with RDZEN_DATA.`,
    });
    expect(JSON.parse(readFileSync(join(data, 'instance.json'), 'utf8'))).toMatchObject({ pid: process.pid });
    lock.release();
    lock.release();
    expect(existsSync(join(data, 'instance.json'))).toBe(false);
    InstanceLock.acquire(data, 1).release();
  });

  it('keeps another process out until it is released', async () => {
    const lock = InstanceLock.acquire(root, 0);
    expect((await otherProcess(root)).says).toBe('SQLITE_BUSY');
    lock.release();
    expect((await otherProcess(root)).says).toBe('held');
    expect(failure(root)).toMatchObject({
      code: 'ALREADY_RUNNING',
      message: expect.stringContaining('another process'),
    });
  });

  it('is free again as soon as its holder is SIGKILLed, and leaves other files alone', async () => {
    writeFileSync(join(root, 'journal.db'), 'precious');
    writeFileSync(join(root, 'instance.json'), '{"pid":4194305,"startedAt":1}');
    const { child } = await otherProcess(root);
    expect(failure(root).message).toContain('process 4194305');
    await new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill('SIGKILL');
    });
    const lock = InstanceLock.acquire(root, 0);
    expect(readFileSync(join(root, 'journal.db'), 'utf8')).toBe('precious');
    lock.release();
  });

  it('names a file in the place of the folder', () => {
    const data = join(root, 'data');
    writeFileSync(data, 'a file');
    expect(failure(data)).toMatchObject({
      code: 'DATA_FOLDER_UNWRITABLE',
      message: expect.stringContaining('a file in its place'),
    });
    expect(failure(join(data, 'below'))).toMatchObject({ code: 'DATA_FOLDER_UNWRITABLE' });
    expect(readFileSync(data, 'utf8')).toBe('a file');
  });

  it('names a damaged lock file and its remedy', () => {
    writeFileSync(join(root, 'instance.lock'), 'x'.repeat(5000));
    expect(failure(root)).toMatchObject({
      code: 'DATA_FOLDER_UNWRITABLE',
      message: expect.stringContaining('delete that one file'),
    });
  });

  it('names a missing right', () => {
    const data = join(root, 'data');
    mkdirSync(data, { mode: 0o500 });
    chmodSync(root, 0o755);
    const { setegid, seteuid } = process;
    const isRoot = process.getuid?.() === 0;
    if (isRoot) {
      // Root may write anywhere; become nobody for the attempt.
      setegid?.(65534);
      seteuid?.(65534);
    }
    try {
      const error = failure(data);
      expect(error).toMatchObject({
        code: 'DATA_FOLDER_UNWRITABLE',
        message: expect.stringContaining(`${data} cannot be used`),
      });
      expect(error.message).toContain('no permission to write there');
    } finally {
      if (isRoot) {
        seteuid?.(0);
        setegid?.(0);
      }
    }
  });
});
