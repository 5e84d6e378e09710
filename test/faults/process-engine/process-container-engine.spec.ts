import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { ContainerEvent } from '../../../src/containers/container-engine';
import { ProcessContainerEngine } from '../../../src/containers/process-container-engine';
import { SystemClock } from '../../../src/shared/system-clock';
import { SystemRandom } from '../../../src/shared/system-random';
import { CompiledEngine } from './support/compiled-engine';
import { endForCertain, eventually, lives, stateOf } from './support/processes';

interface Cast {
  pid: number;
  child?: number;
  stray?: number;
  env?: Record<string, string>;
}

const ACTOR = join(__dirname, 'programs/actor.cjs');

describe(ProcessContainerEngine.name, () => {
  let build: CompiledEngine;
  let runDir: string;
  let sut: ProcessContainerEngine;
  let events: ContainerEvent[];
  const seen = new Set<number>();

  beforeAll(() => {
    Logger.overrideLogger(false);
    build = new CompiledEngine();
  });
  afterAll(() => build.remove());

  beforeEach(() => {
    runDir = mkdtempSync(join(tmpdir(), 'rdzen-engine-'));
    events = [];
    sut = new ProcessContainerEngine({
      programs: {
        resolve: ({ image }) => {
          if (image === 'actor')
            return { command: process.execPath, args: [ACTOR], env: { FROM_IMAGE: 'yes' } };
          if (image === 'absent') return { command: '/nowhere/ollama', args: [] };
          if (image === 'forbidden') return { command: __filename, args: [] };
          throw new Error(`no program for the image ${image}; install Ollama.`);
        },
      },
      runDir,
      clock: new SystemClock(),
      random: new SystemRandom(),
      environment: { ...process.env, SECRET_OF_THE_GATEWAY: 'x', LANG: 'C' },
      reaperCommand: build.reaperCommand,
    });
    sut.onEvent((event) => events.push(event));
  });
  afterEach(async () => {
    await sut.close();
    endForCertain(seen);
    seen.clear();
    rmSync(runDir, { recursive: true, force: true });
  });

  const start = (
    name: string,
    args: string[] = [],
    restart: 'always' | 'no' = 'always',
  ): Promise<{ pid?: number }> => sut.start({ name, image: 'actor', args, restart });
  /** The latest cast list that the container printed, `from` lines on. */
  const cast = (name: string, from = 0): Promise<Cast> =>
    eventually(`${name} prints its cast`, async () => {
      const line = (await sut.logs(name)).slice(from).findLast((text) => text.startsWith('{'));
      if (line === undefined) return undefined;
      const found = JSON.parse(line) as Cast;
      for (const pid of [found.pid, found.child, found.stray]) if (pid) seen.add(pid);
      return found;
    });
  const died = (name: string): ContainerEvent[] => events.filter((e) => e.type === 'died' && e.name === name);

  it('starts a program in a group of its own, with a clean environment, and does nothing the second time', async () => {
    const info = await start('core1', ['env']);
    const { pid, env } = await cast('core1');
    expect(info.pid).toBe(pid);
    expect(env).toMatchObject({ FROM_IMAGE: 'yes', LANG: 'C', PATH: process.env.PATH });
    expect(Object.keys(env ?? {})).not.toContain('SECRET_OF_THE_GATEWAY');
    expect((await start('core1')).pid).toBe(pid);
    expect(events.map((event) => event.type)).toEqual(['started']);
    expect(await sut.inspect('core1')).toMatchObject({ state: 'running', restarts: 0, deathsLastMinute: 0 });
  });

  it('starts a killed program again within 300 ms and ends the orphan it left in its group, and the stray', async () => {
    await start('core1', ['child', 'stray']);
    const first = await cast('core1');
    const killedAt = performance.now();
    process.kill(first.pid, 'SIGKILL');
    const again = await eventually('it runs again', async () => {
      const info = await sut.inspect('core1');
      return info?.pid !== undefined && info.pid !== first.pid ? info : undefined;
    });
    expect(performance.now() - killedAt).toBeLessThan(500);
    expect(lives(first.child!)).toBe(false);
    expect(lives(first.stray!)).toBe(false);
    expect(again).toMatchObject({ state: 'running', restarts: 1, deathsLastMinute: 1 });
    await cast('core1', 1);
    const [death] = died('core1');
    expect(death).toMatchObject({ signal: 'SIGKILL', lastOutput: [expect.stringContaining('"pid"')] });
    expect(events.map((event) => event.type)).toEqual(['started', 'died', 'started']);
  });

  it('backs off from what dies at once and tells of its last words; stop cancels the pending restart', async () => {
    await start('core1', ['crash']);
    await eventually('two deaths', () => died('core1').length >= 2);
    expect(died('core1')[0]).toMatchObject({ exitCode: 3, lastOutput: ['actor: cannot open the stage'] });
    expect(await sut.inspect('core1')).toMatchObject({
      state: 'waiting-to-restart',
      deathsLastMinute: 2,
      exitCode: 3,
    });
    await sut.stop('core1');
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect(died('core1')).toHaveLength(2);
    expect(await sut.inspect('core1')).toMatchObject({ state: 'stopped' });
  });

  it('leaves a program without a restart policy dead', async () => {
    await start('once', ['crash'], 'no');
    await eventually('its death', () => died('once').length === 1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await sut.inspect('once')).toMatchObject({ state: 'exited', exitCode: 3, restarts: 0 });
  });

  it('ends a stopped (SIGSTOP) program in good order and a deaf one by force, with all their children', async () => {
    await start('frozen', ['child']);
    await start('deaf', ['deaf', 'child', 'stray']);
    const [frozen, deaf] = [await cast('frozen'), await cast('deaf')];
    await sut.signal('frozen', 'SIGSTOP');
    await eventually('it is stopped', () => stateOf(frozen.pid)?.startsWith('T'));
    await Promise.all([sut.stop('frozen', 2000), sut.stop('deaf', 200)]);
    expect([frozen.pid, frozen.child!, deaf.pid, deaf.child!, deaf.stray!].filter(lives)).toEqual([]);
    expect(await sut.inspect('frozen')).toMatchObject({ state: 'stopped', signal: 'SIGTERM' });
    expect(await sut.inspect('deaf')).toMatchObject({ state: 'stopped', signal: 'SIGKILL' });
    expect(died('frozen').concat(died('deaf'))).toEqual([]);
  });

  it('restarts a hung program with no grace at all', async () => {
    await start('core1', ['deaf', 'child']);
    const first = await cast('core1');
    await sut.signal('core1', 'SIGSTOP');
    const began = performance.now();
    const info = await sut.restart('core1', 0);
    expect(performance.now() - began).toBeLessThan(500);
    expect(info.pid).not.toBe(first.pid);
    expect([first.pid, first.child!].filter(lives)).toEqual([]);
    expect((await cast('core1', 1)).pid).toBe(info.pid);
  });

  it('keeps one process at most however starts, stops and deaths overlap', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => (i % 3 === 1 ? sut.stop('core1', 0) : start('core1', ['child']))),
    );
    expect(results.map((result) => result.status)).toContain('fulfilled');
    const { pid } = await cast('core1');
    const started = events.flatMap((event) => (event.type === 'started' && event.pid ? [event.pid] : []));
    expect(started.filter(lives)).toEqual([pid]);
    await Promise.all([sut.stop('core1', 0), start('core1'), sut.stop('core1', 0)]);
    const all = events.flatMap((event) => (event.type === 'started' && event.pid ? [event.pid] : []));
    expect(all.filter(lives)).toEqual([]);
  });

  it.each([
    ['absent', /Container c \(image absent\) cannot be started: the program \/nowhere\/ollama was not found/],
    ['forbidden', /cannot be started: the program .* may not be executed.*chmod/],
    [
      'unknown',
      /Container c \(image unknown\) cannot be started: no program for the image unknown; install Ollama/,
    ],
  ])('says clearly why the image "%s" cannot be started', async (image, words) => {
    await expect(sut.start({ name: 'c', image, restart: 'always' })).rejects.toThrow(words);
    expect(events).toEqual([]);
  });

  it('refuses names that are none, and names the containers it has when asked for another', async () => {
    await expect(start('../x')).rejects.toThrow('cannot be called "../x"');
    await start('core1');
    await expect(sut.stop('core2')).rejects.toThrow('There is no container core2; there are: core1');
    expect(await sut.inspect('core2')).toBeUndefined();
  });

  it('says so when a signal finds no process', async () => {
    await start('core1');
    await sut.stop('core1');
    await expect(sut.signal('core1', 'SIGUSR1')).rejects.toThrow(
      'core1 has no running process to send SIGUSR1',
    );
  });

  it('starts a killed reaper again, which then still does its work', async () => {
    await start('core1', ['child']);
    const family = await cast('core1');
    const first = (await sut.reaperPid())!;
    process.kill(first, 'SIGKILL');
    const second = await eventually('a new reaper', async () => {
      const pid = await sut.reaperPid();
      return pid !== undefined && pid !== first ? pid : undefined;
    });
    expect(lives(second)).toBe(true);
    expect([family.pid, family.child!].every(lives)).toBe(true);
    await sut.close();
    await eventually('the reaper goes at the bye', () => !lives(second), 2000);
    expect([family.pid, family.child!].filter(lives)).toEqual([]);
  });

  it('stops everything at once on close and starts nothing after it', async () => {
    await Promise.all([start('a', ['deaf', 'child']), start('b'), start('c', ['crash'])]);
    const [a, b] = [await cast('a'), await cast('b')];
    const began = performance.now();
    await sut.close();
    expect(performance.now() - began).toBeLessThan(4500);
    expect([a.pid, a.child!, b.pid].filter(lives)).toEqual([]);
    await expect(start('d')).rejects.toThrow('the gateway is stopping');
  });
});
