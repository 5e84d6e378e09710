import type { Clock } from '../../shared/clock';
import type { Brain } from './brain';
import { CoreServer } from './core-server';
import { type CoreSettings, readCoreSettings } from './core-settings';
import { EngineBrain } from './engine-brain';
import { ProcessClock } from './process-clock';
import { ScriptedBrain } from './scripted-brain';

/** By then it is gone, whatever the engine is busy with. */
const LEAVE_WITHIN_MS = 800;
/** As a shell tells of an abort(). */
const CRASHED = 134;

/** One core as a program. Says `{"ready":true,"port":N}` on stdout once it listens; exit code 1 when it cannot. */
async function main(): Promise<void> {
  const settings = readCoreSettings(process.env);
  const clock = new ProcessClock();
  const brain = brainOf(settings, clock);
  const server = new CoreServer({ brain, clock, host: settings.host, port: settings.port });
  let leaving = false;
  const leave = (): void => {
    if (leaving) return;
    leaving = true;
    setTimeout(() => process.exit(0), LEAVE_WITHIN_MS);
    void server.dispose().finally(() => process.exit(0));
  };
  // To stay: packages of the engine listen too, and end the process by the signal once they are the only ones.
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
  if (settings.exitOnStdinEof) process.stdin.on('end', leave).on('error', leave).resume();

  // Whoever reads "ready" asks for the models at once, and takes one that is not listed for one that is not there.
  if (brain instanceof EngineBrain) await brain.firstLook();
  const { port } = await server.start();
  process.stdout.write(`${JSON.stringify({ ready: true, port })}\n`);
  if (brain instanceof EngineBrain) await brain.watch();
}

function brainOf(settings: CoreSettings, clock: Clock): Brain {
  const { engine, crashOn } = settings;
  if (engine) return new EngineBrain(clock, engine);
  const die = (): never => process.exit(CRASHED);
  return new ScriptedBrain(clock, { ...settings, ...(crashOn && { fatal: { words: crashOn, die } }) });
}

main().catch((error: unknown) => {
  const name = process.env.CORE_NAME || 'core';
  process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
