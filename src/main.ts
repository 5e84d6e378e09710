import { growYoungHeap } from './young-heap';
import { keepCompiled } from './compile-cache';
import 'reflect-metadata';
import { resolve } from 'node:path';
import { Logger } from '@nestjs/common';
import { banner, problemBanner } from './app.banner';
import { Lifecycle } from './app.lifecycle';
import { createApp, prepare } from './app.setup';
import { loadSettings } from './config/load-settings';
import type { Settings } from './config/settings';
import { CoreRegistry } from './core-registry/core-registry';
import { EventBus } from './events/event-bus';
import { RdzenLogger } from './observability/rdzen-logger';
import { RdzenError } from './shared/rdzen-error';
import { nameDiskFull, requireFreeSpace } from './storage/disk-full';
import { InstanceLock } from './storage/instance-lock';

const LEAST_FREE_BYTES = 20e6;
/** npm passes on the Ctrl-C that the terminal sends us as well, and a closed terminal takes npm along: one wish. */
const SAME_WISH_MS = 1_500;

async function main(): Promise<void> {
  const settings = loadSettings(process.env);
  settings.RDZEN_DATA = resolve(settings.RDZEN_DATA);
  const logger = new RdzenLogger(settings.RDZEN_LOG_LEVEL, settings.RDZEN_LOG_FORMAT);
  Logger.overrideLogger(logger);

  let lock: InstanceLock | undefined;
  try {
    lock = InstanceLock.acquire(settings.RDZEN_DATA, Date.now());
    requireFreeSpace(settings.RDZEN_DATA, LEAST_FREE_BYTES);
    await run(settings, logger, lock);
  } catch (error) {
    lock?.release();
    throw nameDiskFull(error, settings.RDZEN_DATA);
  }
}

async function run(settings: Settings, logger: RdzenLogger, lock: InstanceLock): Promise<void> {
  const prepared = await prepare(settings, process.env, logger);
  const app = await createApp(prepared.foundations, logger);
  const lifecycle = new Lifecycle(app, prepared);
  stopOnSignals(lifecycle, lock);
  try {
    app.get(EventBus).on('engine.unavailable', (problem) => {
      process.stdout.write(`${problemBanner(problem)}\n`);
    });
    const url = await lifecycle.start();
    lock.announce(url);
    const keyFile = resolve(settings.RDZEN_DATA, 'admin.key');
    keepCompiled();
    growYoungHeap();
    process.stdout.write(`${banner(prepared, app.get(CoreRegistry).all(), url, keyFile)}\n`);
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

function stopOnSignals(lifecycle: Lifecycle, lock: InstanceLock): void {
  let askedAt: number | undefined;
  const stop = (signal: string): void => {
    const now = performance.now();
    if (askedAt !== undefined) {
      if (now - askedAt >= SAME_WISH_MS) process.exit(1);
      return;
    }
    askedAt = now;
    new Logger('Rdzen').log(`${signal}: finishing what is being answered; once more to stop at once`);
    lifecycle.stop().then(
      () => {
        lock.release();
        new Logger('Rdzen').log('Stopped');
        process.exit(0);
      },
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // A closed terminal is a wish to stop, as well.
  process.on('SIGHUP', stop);
}

/** The reaper ends the children, however this process ends. */
function fail(error: unknown): never {
  if (error instanceof RdzenError)
    process.stderr.write(`\nRdzen cannot start (${error.code}).\n${error.message}\n\n`);
  else
    process.stderr.write(
      `\nRdzen failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n\n`,
    );
  process.exit(1);
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
main().catch(fail);
