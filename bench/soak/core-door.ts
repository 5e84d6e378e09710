import { request, createServer } from 'node:http';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../../test/support/fakes/fake-core/fault';

/** What a core is told through its door. */
export interface Order {
  fault: Fault;
  /** Until it is well again. */
  forMs: number;
}

const ANSWER_WITHIN_MS = 1_000;

/** A door beside the core's port, a socket in the file system, through which it is told what to do wrong. */
export function openDoor(folder: string, core: string, obey: (order: Order) => Promise<void>): void {
  const path = doorOf(folder, core);
  // What an earlier life of this core left.
  rmSync(path, { force: true });
  createServer((asked, answer) => {
    let body = '';
    asked.setEncoding('utf8');
    asked.on('data', (chunk: string) => (body += chunk));
    asked.on('end', () => {
      obey(JSON.parse(body) as Order).then(
        () => answer.end(),
        () => answer.writeHead(500).end(),
      );
    });
  }).listen(path);
}

/** @returns false where nobody obeys: the core is dead, or stands still. */
export function order(folder: string, core: string, given: Order): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(
      { socketPath: doorOf(folder, core), method: 'POST', timeout: ANSWER_WITHIN_MS },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      },
    );
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(false));
    call.end(JSON.stringify(given));
  });
}

function doorOf(folder: string, core: string): string {
  return join(folder, `${core}.door`);
}
