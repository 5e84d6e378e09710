import { CoreServer } from './core-server';
import { readCoreSettings } from './core-settings';
import { ProcessClock } from './process-clock';
import { ScriptedBrain } from './scripted-brain';

/** One core as a program. Says `{"ready":true,"port":N}` on stdout once it listens; exit code 1 when it cannot. */
async function main(): Promise<void> {
  const settings = readCoreSettings(process.env);
  const leave = (): void => process.exit(0);
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
  if (settings.exitOnStdinEof) process.stdin.on('end', leave).on('error', leave).resume();

  const clock = new ProcessClock();
  const brain = new ScriptedBrain(clock, settings);
  const server = new CoreServer({ brain, clock, host: settings.host, port: settings.port });
  const { port } = await server.start();
  process.stdout.write(`${JSON.stringify({ ready: true, port })}\n`);
}

main().catch((error: unknown) => {
  const name = process.env.CORE_NAME || 'core';
  process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
