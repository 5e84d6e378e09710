import { EngineSocket } from './engine-socket';
import { GuardServer } from './guard-server';
import { readGuardSettings } from './guard-settings';
import { listenOn } from './listen';
import { Policy } from './policy';

const LOOK_MS = 5_000;
const GRACE_MS = 2_000;

/** `node dist/docker-guard/main.js`: the gate in front of docker.sock. `--check` asks a running one whether it works. */
async function main(): Promise<void> {
  const settings = readGuardSettings(process.env);
  if (process.argv.includes('--check')) return new EngineSocket(settings.listen).ping();
  const engine = new EngineSocket(settings.docker);
  const { server } = new GuardServer(engine, new Policy(settings.limits), (refused) =>
    say('refused', refused),
  );
  await listenOn(server, settings.listen, settings.gid);
  say('listening', {
    listen: settings.listen,
    docker: settings.docker,
    registries: settings.limits.registries,
  });

  let problem: string | undefined;
  const look = async (): Promise<void> => {
    const now = await engine.ping().then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (now !== problem) say(now === undefined ? 'engine-reached' : 'engine-unreachable', { message: now });
    problem = now;
  };
  const looking = setInterval(() => void look(), LOOK_MS);
  await look();

  const end = (): void => {
    clearInterval(looking);
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    // Streams that follow have no end of their own.
    setTimeout(() => process.exit(0), GRACE_MS).unref();
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

/** One line of JSON; never a body. */
function say(event: string, more: object): void {
  process.stdout.write(
    `${JSON.stringify({ time: new Date().toISOString(), program: 'docker-guard', event, ...more })}\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
