import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const WATCH = join(__dirname, '../../scripts/lib/parent-watch.mjs');

/** What `npm start` becomes: prints its pid, and `told` when it is asked to stop. */
const APPLICATION = `
  import { stopWithParent } from ${JSON.stringify(WATCH)};
  process.on('SIGTERM', () => { console.log('told'); process.exit(0); });
  stopWithParent();
  setInterval(() => {}, 1000);
  console.log(process.pid);`;
/** What npm is: a process that runs the script through a shell. The `:` keeps the shell from becoming the program. */
const NPM = `
  require('node:child_process').spawn('sh', ['-c', '"$NODE" --input-type=module -e "$APPLICATION"; :'], { stdio: 'inherit' });`;

describe('stopWithParent', () => {
  const started: number[] = [];
  let npm: ChildProcess;
  let output = '';

  const within = async (ms: number, text: RegExp): Promise<string | undefined> => {
    for (const end = performance.now() + ms; performance.now() < end;) {
      const found = text.exec(output)?.[0];
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return undefined;
  };
  const start = async (environment: Record<string, string>): Promise<void> => {
    output = '';
    npm = spawn(process.execPath, ['-e', NPM], {
      env: { PATH: process.env.PATH, NODE: process.execPath, APPLICATION, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    npm.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
    started.push(Number(await within(5000, /\d+/)));
    npm.kill('SIGKILL');
  };
  afterEach(() => {
    for (const pid of started.splice(0)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself, as it should.
      }
    }
  });

  it('asks the application to stop when npm is SIGKILLed behind its shell', async () => {
    await start({ npm_lifecycle_event: 'start' });
    expect(await within(2000, /told/)).toBe('told');
  });

  it('leaves an application that npm did not start alone: nohup and the like must work', async () => {
    await start({});
    expect(await within(1300, /told/)).toBeUndefined();
    expect(() => process.kill(started[0]!, 0)).not.toThrow();
  });
});
