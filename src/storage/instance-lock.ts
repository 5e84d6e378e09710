import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'libsql';
import { RdzenError } from '../shared/rdzen-error';

const CHOOSE_ANOTHER = 'choose another folder with RDZEN_DATA';

/** What a second instance is told about the first. */
export interface InstanceHolder {
  pid: number;
  /** Epoch milliseconds. */
  startedAt: number;
  /** Where its API listens, once it does. */
  url?: string;
}

/**
 * The right of one gateway to one data folder: an exclusive SQLite lock on `instance.lock`, held open. The kernel gives
 * it back when the process dies, however it dies. Nothing else may open that file: closing a second handle to it
 * within this process would drop the lock.
 */
export class InstanceLock {
  private constructor(
    readonly dataDir: string,
    private readonly database: Database.Database,
    private readonly holder: InstanceHolder,
  ) {
    this.writeHolder();
  }

  /**
   * Makes the folder (0700) when it is missing.
   * @throws RdzenError DATA_FOLDER_UNWRITABLE, ALREADY_RUNNING
   */
  static acquire(dataDir: string, startedAt: number): InstanceLock {
    const folder = resolve(dataDir);
    makeWritable(folder);
    const database = lock(folder);
    try {
      return new InstanceLock(folder, database, { pid: process.pid, startedAt });
    } catch (error) {
      database.close();
      throw unwritable(folder, error);
    }
  }

  /** Lets a second instance say where the first can be reached. */
  announce(url: string): void {
    this.holder.url = url;
    this.writeHolder();
  }

  release(): void {
    if (!this.database.open) return;
    rmSync(holderFile(this.dataDir), { force: true });
    this.database.close();
  }

  private writeHolder(): void {
    const draft = `${holderFile(this.dataDir)}.new`;
    writeFileSync(draft, `${JSON.stringify(this.holder)}\n`, { mode: 0o600 });
    renameSync(draft, holderFile(this.dataDir));
  }
}

function makeWritable(folder: string): void {
  const probe = join(folder, `.write-test-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(probe, '', { mode: 0o600 });
    rmSync(probe);
  } catch (error) {
    throw unwritable(folder, error);
  }
}

function lock(folder: string): Database.Database {
  let database: Database.Database | undefined;
  try {
    database = new Database(join(folder, 'instance.lock'));
    database.exec('PRAGMA busy_timeout = 0');
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database?.close();
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) throw alreadyRunning(folder);
    throw unwritable(folder, error);
  }
}

function alreadyRunning(folder: string): RdzenError {
  const holder = readHolder(folder);
  const who = holder ? `process ${holder.pid}${holder.url ? ` at ${holder.url}` : ''}` : 'another process';
  const stop = holder ? `Stop it (kill ${holder.pid})` : 'Stop it';
  return new RdzenError(
    'ALREADY_RUNNING',
    `The data folder ${folder} is in use by ${who}. ${stop}, or ${CHOOSE_ANOTHER}.`,
  );
}

function unwritable(folder: string, error: unknown): RdzenError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new RdzenError(
    'DATA_FOLDER_UNWRITABLE',
    `The data folder ${folder} cannot be used: ${explain(code, message)}, or ${CHOOSE_ANOTHER}.`,
    { cause: error },
  );
}

function explain(code: string | undefined, message: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'this user has no permission to write there. Give it the folder (chown, chmod)';
    case 'EROFS':
      return 'it lies on a read-only file system. Mount it writable';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'there is a file in its place. Move the file aside';
    case 'ENOENT':
      return 'it cannot be made there. Make it by hand';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full. Make room';
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return 'its instance.lock is damaged. Make sure that no other instance runs and delete that one file (it holds no data)';
    default:
      return `${message}. See to that`;
  }
}

function holderFile(folder: string): string {
  return join(folder, 'instance.json');
}

function readHolder(folder: string): InstanceHolder | undefined {
  try {
    const holder = JSON.parse(readFileSync(holderFile(folder), 'utf8')) as Partial<InstanceHolder>;
    if (!Number.isSafeInteger(holder.pid)) return undefined;
    return holder as InstanceHolder;
  } catch {
    return undefined;
  }
}
