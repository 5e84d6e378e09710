import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesWith } from '../../../src/containers/process-table';
import { CompiledEngine } from './support/compiled-engine';
import { Host } from './support/host';
import { eventually, lives, stateOf } from './support/processes';

const CASTS = ['core1=child,stray', 'core2=deaf,child,stray'];

describe('the death of the process that holds the engine', () => {
  let build: CompiledEngine;
  let runDir: string;
  const hosts: Host[] = [];

  beforeAll(() => {
    build = new CompiledEngine();
  });
  afterAll(() => build.remove());
  beforeEach(() => {
    runDir = mkdtempSync(join(tmpdir(), 'rdzen-host-'));
  });
  afterEach(() => {
    for (const host of hosts.splice(0)) host.cleanUp();
    rmSync(runDir, { recursive: true, force: true });
  });

  const open = async (casts = CASTS): Promise<Host> => {
    const host = await Host.start(build, runDir, casts);
    hosts.push(host);
    expect(host.family.filter(lives)).toEqual(host.family);
    return host;
  };
  const allGone = (host: Host, ms = 5000): Promise<boolean> =>
    eventually('nobody is left', () => ![...host.family, host.reaper].some(lives), ms);

  it('by SIGKILL: within 5 s no descendant lives, deaf ones and strays in sessions of their own included', async () => {
    const host = await open();
    expect(host.family).toHaveLength(6);
    await host.kill('SIGKILL');
    await allGone(host);
  });

  it('by SIGKILL while a core is stopped', async () => {
    const host = await open();
    process.kill(host.family[0]!, 'SIGSTOP');
    await host.kill('SIGKILL');
    await allGone(host);
  });

  it('by SIGKILL of a reaper and, once there is a new one, of the host', async () => {
    const host = await open();
    process.kill(host.reaper, 'SIGKILL');
    await eventually('the reaper is dead', () => !lives(host.reaper));
    await sleep(300);
    await host.kill('SIGKILL');
    await allGone(host);
  });

  it('by SIGKILL at any moment of starting cores that crash: nobody with its marks is left', async () => {
    const folder = realpathSync(runDir);
    for (let round = 0; round < 8; round += 1) {
      const host = Host.launch(build, runDir, ['core1=child,stray', 'core2=crash', 'core3=deaf,child']);
      hosts.push(host);
      await host.firstOutput;
      await sleep(round * 25);
      await host.kill('SIGKILL');
      const left = (): Promise<number[]> => processesWith([`_RDZEN_OWNER_RUN=${folder}`]);
      await eventually(`round ${round}: nobody is left`, async () => (await left()).length === 0);
      await sleep(60);
      expect(await left()).toEqual([]);
    }
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s: everything is stopped before it goes, exit code 0',
    async (signal) => {
      const host = await open(['core1=child,stray']);
      expect(await host.kill(signal)).toBe(0);
      expect(host.family.filter(lives)).toEqual([]);
      expect(host.lines.map((line) => line.type)).toEqual(['started', 'ready', 'stopped']);
      await allGone(host, 1000);
    },
  );

  it('Ctrl-C in a terminal reaches the host alone, not the cores nor the reaper', async () => {
    const host = await open(['core1=child']);
    // A terminal sends SIGINT to its whole foreground process group; here the host leads none of ours.
    const groupOf = (pid: number): string =>
      readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[2]!;
    const hostGroup = groupOf(host.pid);
    expect([...host.family, host.reaper].map(groupOf)).not.toContain(hostGroup);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(host.reaper, signal);
    await sleep(100);
    expect(lives(host.reaper)).toBe(true);
    expect(await host.kill('SIGINT')).toBe(0);
    await allGone(host, 1000);
  });

  it('leftovers of a run whose reaper was killed too are ended by the next run, strangers are not', async () => {
    const first = await open();
    process.kill(first.pid, 'SIGSTOP');
    process.kill(first.reaper, 'SIGKILL');
    await first.kill('SIGKILL');
    await sleep(200);
    expect(first.family.filter(lives)).toEqual(first.family);

    const strangersDir = mkdtempSync(join(tmpdir(), 'rdzen-stranger-'));
    const stranger = await Host.start(build, strangersDir, ['core1=child']);
    hosts.push(stranger);
    const second = await open(['core1=child']);
    expect(first.family.filter(lives)).toEqual([]);
    expect(stranger.family.filter(lives)).toEqual(stranger.family);
    expect(await second.kill('SIGTERM')).toBe(0);
    expect(await stranger.kill('SIGTERM')).toBe(0);
    rmSync(strangersDir, { recursive: true, force: true });
  });

  it('the reaper is small', async () => {
    const host = await open(['core1=child']);
    const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${host.reaper}/status`, 'utf8'))?.[1];
    expect(Number(rss)).toBeLessThan(48 * 1024);
    expect(stateOf(host.reaper)).toMatch(/s/);
    await host.kill('SIGKILL');
    await allGone(host);
  });
});
