import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 100;
const SIGN_OF_LIFE_MS = 2_000;
/** Longer than a machine under load holds up a timer; a process id may by then be another program's. */
const GIVEN_UP_MS = 60_000;

/**
 * Does `work` while no other process of this machine does what is guarded by the same file. A file whose process is gone
 * (killed in the middle), or that gave no sign of life for a minute, holds nobody up.
 *
 * @template T
 * @param {string} file holds the process id of the one whose turn it is; its folder is made
 * @param {() => Promise<T>} work
 * @param {(pid: number) => void} [wait] called once, with the other's process id, when there is somebody to wait for
 * @returns {Promise<T>}
 */
export async function oneAtATime(file, work, wait = () => undefined) {
  mkdirSync(dirname(file), { recursive: true });
  let told = false;
  while (!take(file)) {
    const other = holder(file);
    if (other === undefined) continue;
    if (!isAlive(other) || isOld(file)) {
      release(file, other);
      continue;
    }
    if (!told) wait(other);
    told = true;
    await sleep(LOOK_MS);
  }
  const end = () => release(file, process.pid);
  process.once('exit', end);
  const signs = setInterval(() => showLife(file), SIGN_OF_LIFE_MS).unref();
  try {
    return await work();
  } finally {
    process.off('exit', end);
    clearInterval(signs);
    end();
  }
}

/** By a link, so that the file never stands there without its process id. */
function take(file) {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** @returns {number | undefined} undefined: there is none any more. */
function holder(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Moved first: of two that end the same leftover, the later one must not end what was taken meanwhile. */
function release(file, pid) {
  const moved = `${file}.released.${process.pid}`;
  try {
    renameSync(file, moved);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (holder(moved) !== pid) linkSync(moved, file);
  rmSync(moved, { force: true });
}

function showLife(file) {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Somebody cleaned the folder; the work itself goes on.
  }
}

function isOld(file) {
  const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return mtimeMs !== undefined && Date.now() - mtimeMs > GIVEN_UP_MS;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
