import 'reflect-metadata';
import { resolve } from 'node:path';
import { Logger } from '@nestjs/common';
import { banner } from './app.banner';
import { Lifecycle } from './app.lifecycle';
import { createApp, prepare } from './app.setup';
import { loadSettings } from './config/load-settings';
import { CoreRegistry } from './core-registry/core-registry';
import { RdzenLogger } from './observability/rdzen-logger';
import { RdzenError } from './shared/rdzen-error';
import { InstanceLock } from './storage/instance-lock';

async function main(): Promise<void> {
  const settings = loadSettings(process.env);
  settings.RDZEN_DATA = resolve(settings.RDZEN_DATA);
  const logger = new RdzenLogger(settings.RDZEN_LOG_LEVEL, settings.RDZEN_LOG_FORMAT);
  Logger.overrideLogger(logger);

  const lock = InstanceLock.acquire(settings.RDZEN_DATA, Date.now());
  const prepared = await prepare(settings, process.env, logger);
  const app = await createApp(prepared.foundations, logger);
  const lifecycle = new Lifecycle(app, prepared);
  stopOnSignals(lifecycle, lock);
  try {
    const url = await lifecycle.start();
    lock.announce(url);
    const keyFile = resolve(settings.RDZEN_DATA, 'admin.key');
    process.stdout.write(`${banner(prepared, app.get(CoreRegistry).all(), url, keyFile)}\n`);
  } catch (error) {
    await lifecycle.stop();
    lock.release();
    throw error;
  }
}

function stopOnSignals(lifecycle: Lifecycle, lock: InstanceLock): void {
  let asked = 0;
  const stop = (signal: string): void => {
    if (++asked > 1) process.exit(1);
    new Logger('Rdzen').log(`${signal}: finishing what is being answered; once more to stop at once`);
    lifecycle.stop().then(
      () => {
        lock.release();
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
