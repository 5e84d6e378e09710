import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENGINE_VERSION } from '../../../src/built-in-engine/engine-release';
import { buildFor, thisMachine } from '../../../src/built-in-engine/engine-platform';
import type { EnginePlan, Preparing } from '../../../src/built-in-engine/preparing';
import { placeEngine } from './support/fake-engine';
import { FakeHub, sha256 } from './support/fake-hub';

interface Told {
  plan?: EnginePlan;
  at?: number;
  preparing?: Preparing;
  done?: EnginePlan;
  failed?: { name: string; message: string };
}

const CONTENT = randomBytes(24_000_000);
const SPEED = 6_000_000;

/** Real: the compiled product in a process of its own, its files, HTTP. Doubled: the hub; the engine is a dummy. */
describe('a model download that is interrupted', () => {
  let hub: FakeHub;
  let data: string;
  const running: ChildProcess[] = [];

  beforeEach(async () => {
    hub = await FakeHub.start();
    hub.files.set('m-Q4_K_M.gguf', CONTENT);
    hub.speed = SPEED;
    data = await mkdtemp(join(tmpdir(), 'rdzen-interrupted-'));
    await placeEngine(data, ENGINE_VERSION, buildFor(thisMachine()));
  });

  afterEach(async () => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
    await hub.close();
    await rm(data, { recursive: true, force: true });
  });

  function provide(): { child: ChildProcess; told: Told[]; ended: Promise<Told> } {
    const child = spawn(process.execPath, [join(__dirname, 'programs/provide.cjs'), data, 'hf:u/r'], {
      env: { PATH: process.env['PATH'], HF_ENDPOINT: hub.url },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running.push(child);
    const told: Told[] = [];
    let rest = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      const lines = `${rest}${chunk.toString()}`.split('\n');
      rest = lines.pop() ?? '';
      told.push(...lines.map((line) => JSON.parse(line) as Told));
    });
    const ended = new Promise<Told>((done) => child.once('close', () => done(told.at(-1) ?? {})));
    return { child, told, ended };
  }

  const received = (told: Told[]): number =>
    Math.max(0, ...told.map(({ preparing }) => preparing?.receivedBytes ?? 0));
  async function until(what: () => boolean): Promise<void> {
    for (const begun = Date.now(); !what(); await new Promise((done) => setTimeout(done, 20)))
      if (Date.now() - begun > 15_000) throw new Error('waited for 15 s');
  }
  const whole = async ({ done }: Told): Promise<string> => sha256(await readFile(done?.modelFile ?? ''));

  it('goes on after kill -9 where it was, and the model appears only when it is whole', async () => {
    const first = provide();
    await until(() => received(first.told) > 5_000_000);
    const { modelFile = '' } = first.told[0]?.plan ?? {};
    first.child.kill('SIGKILL');
    await first.ended;
    await expect(readFile(modelFile)).rejects.toThrow('ENOENT');

    const second = provide();
    expect(await whole(await second.ended)).toBe(sha256(CONTENT));
    const from = Number(/^bytes=(\d+)-$/.exec(hub.seen.at(-1)?.range ?? '')?.[1]);
    expect(from).toBeGreaterThan(5_000_000);
    expect((await readdir(join(data, 'models'))).sort()).toEqual(
      ['', '.json'].map((end) => `${modelFile.split('/').pop()}${end}`),
    );
  });

  it('ends at once on SIGTERM and goes on the next time', async () => {
    const first = provide();
    await until(() => received(first.told) > 2_000_000);
    const asked = Date.now();
    first.child.kill('SIGTERM');
    expect((await first.ended).failed?.message).toBe('stopped');
    expect(Date.now() - asked).toBeLessThan(1_000);
    expect(await whole(await provide().ended)).toBe(sha256(CONTENT));
    expect(hub.seen.at(-1)?.range).toMatch(/^bytes=[1-9]/);
  });

  it('starts clean where the part was damaged meanwhile', async () => {
    const first = provide();
    await until(() => received(first.told) > 2_000_000);
    first.child.kill('SIGKILL');
    await first.ended;
    const part = `${first.told[0]?.plan?.modelFile}.part`;
    await writeFile(part, randomBytes(1_000_000));
    delete hub.speed;
    expect(await whole(await provide().ended)).toBe(sha256(CONTENT));
    expect(hub.seen.slice(-2).map(({ range }) => range)).toEqual(['bytes=1000000-', undefined]);
  });

  it('is brought by one of two processes at once, and neither harms the other', async () => {
    const both = [provide(), provide()];
    const sums = await Promise.all(both.map(({ ended }) => ended.then(whole)));
    expect(sums).toEqual([sha256(CONTENT), sha256(CONTENT)]);
    expect((await readdir(join(data, 'models'))).filter((name) => name.includes('.part'))).toEqual([]);
  });

  it('is never silent for more than two seconds, even when the line is', async () => {
    hub.silences = [4_000_000];
    const first = provide();
    await until(() => received(first.told) > 3_000_000);
    const begun = Date.now();
    await new Promise((done) => setTimeout(done, 4_000));
    const times = first.told.map(({ at }) => at ?? 0).filter((at) => at >= begun);
    const gaps = [begun, ...times, Date.now()].map((at, index, all) => at - (all[index - 1] ?? at));
    expect(Math.max(...gaps)).toBeLessThan(2_000);
    expect(first.told.at(-1)?.preparing?.detail).toMatch(/^fetching hf:u\/r from 127\.0\.0\.1/);
  });
});
