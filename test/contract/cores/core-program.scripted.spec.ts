import type { ChildProcess } from 'node:child_process';
import { pause } from './core-client';
import { exitOf, CoreProcess } from './core-process';

describe('the scripted core as a program', () => {
  let core: CoreProcess;
  const others: ChildProcess[] = [];

  beforeAll(async () => {
    core = await CoreProcess.start();
  });
  afterAll(async () => {
    for (const child of others) child.kill('SIGKILL');
    await core.close();
  });

  function run(env: Record<string, string>): ChildProcess {
    const child = core.run(env);
    others.push(child);
    return child;
  }

  function firstOutput(child: ChildProcess): Promise<string> {
    return new Promise((resolve) => child.stdout?.once('data', (data: Buffer) => resolve(data.toString())));
  }

  it('says where it listens, and can be started again there', async () => {
    const { url } = core;
    await core.restart();
    expect(core.url).toBe(url);
    expect((await fetch(`${url}/api/version`)).status).toBe(200);
  });

  it('is ready in an instant', async () => {
    const began = Date.now();
    expect(await firstOutput(run({ PORT: '0' }))).toMatch(/^\{"ready":true,"port":\d+\}\n$/);
    expect(Date.now() - began).toBeLessThan(1000);
  });

  it('ends with its standard input when asked to', async () => {
    const child = run({ EXIT_ON_STDIN_EOF: '1' });
    await firstOutput(child);
    child.stdin?.end();
    expect(await exitOf(child)).toBe(0);
  });

  it('does not care about its standard input otherwise', async () => {
    const child = run({});
    await firstOutput(child);
    child.stdin?.end();
    await pause(200);
    expect(child.exitCode).toBeNull();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends on %s', async (signal) => {
    const child = run({});
    await firstOutput(child);
    child.kill(signal);
    expect(await exitOf(child)).toBe(0);
  });

  it.each([
    ['a port that is taken', (): string => new URL(core.url).port, 'EADDRINUSE'],
    ['a port that is none', (): string => 'http', 'PORT is "http"; allowed'],
  ])('says why it cannot start on %s', async (_name, port, reason) => {
    const child = run({ PORT: port(), CORE_NAME: 'core7' });
    let said = '';
    child.stderr?.on('data', (data: Buffer) => (said += data.toString()));
    expect(await exitOf(child)).toBe(1);
    expect(said).toContain('core7: ');
    expect(said).toContain(reason);
  });
});
