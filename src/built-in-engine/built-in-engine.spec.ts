import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGguf } from '../../test/engine/support/gguf-builder';
import { placeEngine } from '../../test/faults/built-in-engine/support/fake-engine';
import { FakeHub, sha256 } from '../../test/faults/built-in-engine/support/fake-hub';
import { SystemClock } from '../shared/system-clock';
import { BuiltInEngine, type BuiltInEngineOptions } from './built-in-engine';
import { ENGINE_VERSION } from './engine-release';
import { EngineUnavailable } from './engine-unavailable';
import type { Preparing } from './preparing';

const BUILD = 'linux-x64';

/** Real: files, child processes, HTTP. Doubled: npm (a shell script on the PATH), the hub. */
describe(BuiltInEngine.name, () => {
  let data: string;
  let tools: string;
  let hub: FakeHub;
  const content = Buffer.concat([Buffer.from('GGUF'), randomBytes(200_000)]);

  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'rdzen-engine-'));
    tools = await mkdtemp(join(tmpdir(), 'rdzen-tools-'));
    hub = await FakeHub.start();
    hub.files.set('m-Q4_K_M.gguf', content);
  });
  afterEach(async () => {
    await hub.close();
    await Promise.all([data, tools].map((folder) => rm(folder, { recursive: true, force: true })));
  });

  const engine = (more: Partial<BuiltInEngineOptions> = {}): BuiltInEngine =>
    new BuiltInEngine({
      dataDir: data,
      model: 'hf:u/r',
      environment: { PATH: `${tools}:/usr/bin:/bin`, HF_ENDPOINT: hub.url },
      clock: new SystemClock(),
      machine: { platform: 'linux', arch: 'x64', musl: false },
      nodeProgram: join(tools, 'node'),
      firstPauseMs: 10,
      ...more,
    });
  const program = (name: string, script: string): Promise<void> =>
    writeFile(join(tools, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  /** An npm that installs what looks like the engine, and a Node that says how trying it went. */
  const install = `mkdir -p node_modules/node-llama-cpp/llama node_modules/@node-llama-cpp/${BUILD}
for name in node-llama-cpp @node-llama-cpp/${BUILD}; do echo '{"version":"${ENGINE_VERSION}"}' > node_modules/$name/package.json; done
touch node_modules/node-llama-cpp/llama/gitRelease.bundle; echo "npm http fetch GET 200 x/a.tgz 1ms" >&2`;
  const proof = (verdict: object): Promise<void> =>
    program('node', `echo 'PROOF ${JSON.stringify(verdict)}'`);
  const none = new AbortController().signal;
  const failure = async (run: Promise<unknown>): Promise<EngineUnavailable> =>
    (await run.catch((error: unknown) => error)) as EngineUnavailable;

  it('plans without touching the network, and knows where everything will be', async () => {
    const plan = await engine().plan();
    expect(plan).toEqual({
      engineDir: join(data, 'engine', `${ENGINE_VERSION}-${BUILD}`),
      engineReady: false,
      modelFile: expect.stringMatching(/models\/u--r-[0-9a-f]{8}\.gguf$/),
      modelName: 'hf:u/r',
      ownModel: false,
      modelReady: false,
      remarks: [],
    });
    expect(hub.seen).toEqual([]);
    expect(await readdir(data)).toEqual([]);
  });

  it('installs the engine and fetches the model where the plan said, telling each step', async () => {
    await program('npm', install);
    await proof({ ok: true });
    const steps: Preparing[] = [];
    const sut = engine();
    const before = await sut.plan();
    const plan = await sut.provide((preparing) => steps.push(preparing), none);
    const known = { sha256: sha256(content), sizeBytes: content.length };
    expect(plan).toEqual({ ...before, engineReady: true, modelReady: true, ...known });
    expect(sha256(await readFile(plan.modelFile))).toBe(plan.sha256);
    expect(await readdir(join(plan.engineDir, 'node_modules/node-llama-cpp/llama'))).toEqual([]);
    expect(await readdir(join(data, 'engine'))).toEqual([`${ENGINE_VERSION}-${BUILD}`]);
    expect(steps.map(({ step }) => step)).toEqual(expect.arrayContaining(['engine', 'checking']));
    expect(await engine().plan()).toEqual(plan);
  });

  it('gives whole paths for a data folder named from where we stand', async () => {
    const plan = await engine({ dataDir: './data-of-ours' }).plan();
    expect(
      [plan.engineDir, plan.modelFile].every((path) => path.startsWith(join(process.cwd(), 'data-of-ours'))),
    ).toBe(true);
  });

  it('keeps nothing of an install that failed, and gives cause and remedy', async () => {
    await program('npm', 'echo "npm error code ENOTFOUND" >&2; exit 1');
    const error = await failure(engine().provide(() => undefined, none));
    expect(error).toBeInstanceOf(EngineUnavailable);
    expect(error.reason).toBe(
      `The built-in engine (node-llama-cpp ${ENGINE_VERSION}) could not be installed: the name of the npm registry cannot be resolved (no network?)`,
    );
    expect(error.remedy).toBe('Check the network; behind a proxy set HTTPS_PROXY (and NO_PROXY)');
    expect(await readdir(join(data, 'engine'))).toEqual([]);
  });

  it('puts the cache into the data folder where the home folder refuses it', async () => {
    const refuse = 'printf "npm error code EACCES\\nnpm error path /home/joe/.npm\\n" >&2; exit 243';
    await program('npm', `case "$*" in *--cache=*) ${install};; *) ${refuse};; esac`);
    await proof({ ok: true });
    expect((await engine().provide(() => undefined, none)).engineReady).toBe(true);
  });

  it.each([
    [{ name: 'NoBinaryFoundError' }, 'has no build that runs on this machine'],
    [{ name: 'Error', message: 'GLIBC_2.99 not found' }, 'does not load here: GLIBC_2.99 not found'],
  ])('does not keep an engine that says %j when it is tried', async (verdict, reason) => {
    await program('npm', install);
    await proof(verdict);
    expect((await failure(engine().provide(() => undefined, none))).reason).toContain(reason);
    expect(await readdir(join(data, 'engine'))).toEqual([]);
  });

  it('says so where there is no npm', async () => {
    const environment = { PATH: tools, HF_ENDPOINT: hub.url };
    const error = await failure(engine({ environment }).provide(() => undefined, none));
    expect(error.reason).toContain('npm was found neither beside Node nor on the PATH');
  });

  it('ends at once when told to, together with npm, and leaves no half engine', async () => {
    await program('npm', `echo $$ > ${tools}/pid; sleep 60`);
    const stop = new AbortController();
    const run = failure(engine().provide(() => undefined, stop.signal));
    const pid = async (): Promise<number> =>
      Number(await readFile(join(tools, 'pid'), 'utf8').catch(() => '0'));
    while ((await pid()) === 0) await new Promise((done) => setTimeout(done, 10));
    const asked = Date.now();
    stop.abort(new Error('stop'));
    expect((await run).message).toBe('stop');
    expect(Date.now() - asked).toBeLessThan(1_000);
    const npm = await pid();
    // Killed by then; its entry is gone once its parent has taken note of it.
    const isThere = (): boolean => {
      try {
        return process.kill(npm, 0);
      } catch {
        return false;
      }
    };
    while (isThere() && Date.now() - asked < 5_000) await new Promise((done) => setTimeout(done, 10));
    expect(isThere()).toBe(false);
    expect(await readdir(join(data, 'engine'))).toEqual([]);
  });

  it('sets a damaged model aside, names it, and fetches it again', async () => {
    await placeEngine(data, ENGINE_VERSION, BUILD);
    const { modelFile } = await engine().provide(() => undefined, none);
    await writeFile(modelFile, Buffer.concat([Buffer.from('GGUF'), randomBytes(200_000)]));
    const plan = await engine().plan();
    expect(plan.modelReady).toBe(false);
    expect(plan.remarks).toEqual([
      expect.stringContaining('is damaged (its SHA-256 is wrong); it was set aside as'),
    ]);
    expect(await readdir(join(data, 'models'))).toContain(`${modelFile.split('/').pop()}.damaged`);
    expect((await engine().provide(() => undefined, none)).modelReady).toBe(true);
    expect(sha256(await readFile(modelFile))).toBe(sha256(content));
    expect((await readdir(join(data, 'models'))).filter((name) => name.endsWith('.damaged'))).toEqual([]);
  });

  it('sets an engine that lost its parts aside, and sweeps what dead processes left', async () => {
    const ready = await placeEngine(data, ENGINE_VERSION, BUILD);
    await rm(join(ready, 'node_modules/node-llama-cpp'), { recursive: true });
    const dead = `${ready}.part-999999999-1`;
    await mkdir(dead);
    expect((await engine().plan()).engineReady).toBe(false);
    await program('npm', install);
    await proof({ ok: true });
    expect((await engine().provide(() => undefined, none)).engineReady).toBe(true);
    expect((await readdir(join(data, 'engine'))).filter((name) => name.includes('.part-999999999'))).toEqual(
      [],
    );
  });

  it.each([
    ['comes from another machine', (ready: string) => writeFile(join(ready, 'proved.json'), '{}')],
    [
      'has another size than it had',
      (ready: string) => {
        const programs = join(ready, 'node_modules/@node-llama-cpp', BUILD, 'bins', BUILD);
        return mkdir(programs, { recursive: true }).then(() => writeFile(join(programs, 'a.node'), 'x'));
      },
    ],
  ])('tries an engine once more that %s', async (_name, change) => {
    const ready = await placeEngine(data, ENGINE_VERSION, BUILD);
    await change(ready);
    await program('node', `echo tried >> ${tools}/tried; echo 'PROOF {"ok":true}'`);
    expect((await engine().plan()).engineReady).toBe(true);
    expect((await engine().plan()).engineReady).toBe(true);
    expect(await readFile(join(tools, 'tried'), 'utf8')).toBe('tried\n');
  });

  it('installs an engine anew that does not load on this machine', async () => {
    const ready = await placeEngine(data, ENGINE_VERSION, BUILD);
    await writeFile(join(ready, 'proved.json'), '{}');
    await writeFile(join(ready, 'broken'), '');
    // The broken one fails, the fresh one works.
    await program('node', `for dir; do :; done; [ -e "$dir/broken" ] && exit 1; echo 'PROOF {"ok":true}'`);
    await program('npm', install);
    const sut = engine();
    expect(await sut.plan()).toMatchObject({
      engineReady: false,
      remarks: [`The built-in engine in ${ready} does not load on this machine; it is installed again`],
    });
    expect((await sut.provide(() => undefined, none)).engineReady).toBe(true);
    expect(await readdir(join(data, 'engine'))).toEqual([`${ENGINE_VERSION}-${BUILD}`]);
  });

  it('lets two at once install into one folder', async () => {
    await program('npm', install);
    await proof({ ok: true });
    const plans = await Promise.all([1, 2].map(() => engine().provide(() => undefined, none)));
    expect(plans.map(({ engineReady, modelReady }) => [engineReady, modelReady])).toEqual([
      [true, true],
      [true, true],
    ]);
    expect(await readdir(join(data, 'engine'))).toEqual([`${ENGINE_VERSION}-${BUILD}`]);
  });

  it('takes the own file of a person as it is, under the name asked for', async () => {
    const modelFile = join(tools, 'own.gguf');
    const gguf = buildGguf();
    await writeFile(modelFile, gguf);
    const known = { sha256: sha256(gguf), sizeBytes: gguf.length };
    const own = { modelFile, modelReady: true, ownModel: true, ...known };
    expect(await engine({ modelFile, model: '' }).plan()).toMatchObject({ ...own, modelName: 'own' });
    expect(await engine({ modelFile, model: 'llama3.2' }).plan()).toMatchObject({
      ...own,
      modelName: 'llama3.2',
    });
  });

  it.each([
    [{ model: 'llama3.2' }, 'cannot fetch the model "llama3.2"'],
    [{ modelFile: '/nowhere/x.gguf' }, 'RDZEN_MODEL_FILE: /nowhere/x.gguf does not exist'],
    [{ machine: { musl: true } }, 'musl'],
  ])('says at once that it can never work with %j', async (more, reason) => {
    expect((await failure(engine(more).plan())).reason).toContain(reason);
  });

  it('finds no room before it begins, and says how much is needed', async () => {
    await placeEngine(data, ENGINE_VERSION, BUILD);
    const listing = [
      { type: 'file', path: 'm-Q4_K_M.gguf', size: 1, lfs: { oid: sha256(content), size: 9e15 } },
    ];
    hub.rawListing = JSON.stringify(listing);
    const error = await failure(engine().provide(() => undefined, none));
    expect(error.reason).toMatch(
      /^There is no room for hf:u\/r: .+ has \d+ MB free, 90000000\d\d MB are needed$/,
    );
    expect(error.remedy).toBe('Make room, or choose another data folder with RDZEN_DATA');
  });
});
