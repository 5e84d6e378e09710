import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeCore } from '../../test/support/fakes/fake-core/fake-core';
import { openDoor, type Order } from './core-door';
import { CORE_SETTINGS, type CoreSettings } from './core-settings';
import { recite } from './recital';

/**
 * Stands where the gateway expects its core program, as `dist/embedded/core/main.js` of the build that is soaked: the
 * scripted core with an answer and a pace of ours, and a door for faults that arise inside a core.
 */
const FORGET_EVERY_MS = 60_000;

async function main(): Promise<void> {
  const { CORE_NAME = 'core', CORE_MODEL = 'scripted', PORT = '0' } = process.env;
  const settings = JSON.parse(readFileSync(join(tmpdir(), CORE_SETTINGS), 'utf8')) as CoreSettings;
  const core = new FakeCore({ ...settings, model: CORE_MODEL, port: Number(PORT), answer: recite });
  process.on('SIGTERM', () => process.exit(0));
  process.stdin.on('end', () => process.exit(0)).resume();
  await core.start();
  // It remembers what it was asked, and would for a whole night.
  setInterval(() => (core.requests.length = 0), FORGET_EVERY_MS).unref();
  let healing: NodeJS.Timeout | undefined;
  openDoor(tmpdir(), CORE_NAME, async ({ fault, forMs }: Order) => {
    clearTimeout(healing);
    await core.set(fault);
    healing = setTimeout(() => void core.heal(), forMs);
  });
  process.stdout.write(`${JSON.stringify({ ready: true, port: Number(PORT) })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
