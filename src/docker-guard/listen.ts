import { chmodSync, chownSync, mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';

const MODE = 0o660;

/** @throws Error where another guard answers there, or the path cannot be used */
export async function listenOn(server: Server, path: string, gid: number | undefined): Promise<void> {
  if (await answers(path))
    throw new Error(
      `Another program listens on ${path}. Stop it, or set RDZEN_GUARD_LISTEN to another path.`,
    );
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  // Nobody else may open it in the moment before its mode is set.
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
  } finally {
    process.umask(before);
  }
  if (gid !== undefined) chownSync(path, -1, gid);
  chmodSync(path, MODE);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
