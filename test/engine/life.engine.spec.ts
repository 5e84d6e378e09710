import { copyFile, cp, mkdtemp, open, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreClient, eventually, LONG_QUESTION, PINNED } from '../contract/cores/core-client';
import { CoreProcess, exitOf } from '../contract/cores/core-process';
import { describeWithEngine, engineEnvironment, MODEL } from './support/engine-rig';

const SHA256 = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53';

describeWithEngine('the life of a core with the built-in engine', (rig) => {
  let folder: string;
  let file: string;
  let engine: string;
  const started: CoreProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rdzen-engine-life-'));
    file = join(folder, 'model.gguf');
    engine = join(folder, 'engine');
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((core) => core.close()));
    await rm(folder, { recursive: true, force: true });
  });

  async function start(env: Record<string, string> = {}): Promise<CoreProcess & { client: CoreClient }> {
    const core = await CoreProcess.start(engineEnvironment(rig, { CORE_MODEL_FILE: file, ...env }));
    started.push(core);
    const client = new CoreClient({
      url: core.url,
      model: MODEL,
      signal: (name) => core.signal(name),
      signalRunner: async (name) => core.signal(name),
      restart: () => core.restart(),
      close: () => core.close(),
    });
    return Object.assign(core, { client });
  }

  const installed = async ({ client }: { client: CoreClient }): Promise<unknown[]> =>
    (await client.get('/api/tags')).models as unknown[];

  async function chat({ client }: { client: CoreClient }): Promise<{ status: number; error: string }> {
    const { status, text } = await client.post('/api/chat', { ...client.request('Hi'), keep_alive: -1 });
    return {
      status,
      error: String((JSON.parse(text.split('\n')[0] ?? '') as { error?: string }).error ?? ''),
    };
  }

  it('begins before engine and model are there, and serves them when they come', async () => {
    const core = await start({ CORE_ENGINE_DIR: engine });
    expect(await core.client.get('/api/version')).toMatchObject({
      version: expect.stringContaining('+engine'),
    });
    expect([await installed(core), (await core.client.get('/api/ps')).models]).toEqual([[], []]);
    expect(await chat(core)).toEqual({
      status: 404,
      error: `model "${MODEL}" not found, try pulling it first`,
    });
    expect((await core.client.post('/api/show', { model: MODEL })).status).toBe(404);

    await copyFile(rig.gguf, `${file}.part`);
    await rename(`${file}.part`, file);
    expect(await installed(core)).toEqual([]);
    await symlink(rig.folder, engine);
    await eventually(async () => (await installed(core)).length === 1, 10_000);
    expect(await core.client.ask('What is the capital of Poland?')).toMatchObject({
      text: 'The capital of Poland is Warsaw.',
    });
  });

  it.each<[string, (path: string) => Promise<unknown>, RegExp]>([
    ['with a broken head', (path) => overwrite(path, 0, 'NOPE'), /cannot be loaded: .*(magic|gguf)/i],
    ['that is cut off', (path) => truncate(path, 40e6), /cannot be loaded: .*(bounds|corrupt|incomplete)/i],
    ['that holds nothing', (path) => truncate(path, 0), /cannot be loaded: /],
  ])('names a model file %s, and why it is of no use, and lives on', async (_name, harm, reason) => {
    await copyFile(rig.gguf, file);
    await harm(file);
    const core = await start();
    await eventually(async () => (await installed(core)).length === 1, 10_000);
    const { status, error } = await chat(core);
    expect(status).toBe(500);
    expect(error).toContain(file);
    expect(error).toMatch(reason);
    expect(error).toMatch(/Delete it so that it is fetched again/);

    await copyFile(rig.gguf, `${file}.new`);
    await rename(`${file}.new`, file);
    expect((await chat(core)).status).toBe(200);
  });

  it.each([
    ['CORE_MODEL_SHA256', { CORE_MODEL_SHA256: SHA256 }, undefined],
    ["the file's companion", {}, { sha256: SHA256, sizeBytes: 98_362_432, source: 'here' }],
  ])(
    'refuses flipped bytes that %s tells of, and takes the right file again',
    async (_name, env, companion) => {
      await copyFile(rig.gguf, file);
      if (companion) await writeFile(`${file}.json`, JSON.stringify(companion));
      await overwrite(file, 60_000_000, 'flipped');
      const core = await start(env);
      await eventually(async () => (await installed(core)).length === 1, 10_000);
      const { status, error } = await chat(core);
      expect(status).toBe(500);
      expect(error).toContain(file);
      expect(error).toMatch(new RegExp(`its SHA-256 is [0-9a-f]{64}, and ${SHA256} is expected`));

      await copyFile(rig.gguf, `${file}.new`);
      await rename(`${file}.new`, file);
      expect((await chat(core)).status).toBe(200);
    },
  );

  it('names an engine that does not work', async () => {
    await copyFile(rig.gguf, file);
    await cp(join(rig.folder, 'package.json'), join(engine, 'package.json'));
    const core = await start({ CORE_ENGINE_DIR: engine });
    await eventually(async () => (await installed(core)).length === 1, 10_000);
    const { status, error } = await chat(core);
    expect(status).toBe(500);
    expect(error).toMatch(/^the built-in engine in .+ does not work on this machine: .*node-llama-cpp/);
  });

  it.each([
    ['SIGTERM while it speaks', 'SIGTERM', LONG_QUESTION],
    ['SIGINT while it reads', 'SIGINT', 'The sea was grey and the wind was cold. '.repeat(150)],
    ['the end of its input while it speaks', undefined, LONG_QUESTION],
  ] as const)('ends within a second on %s', async (_name, signal, question) => {
    const core = await start({ CORE_MODEL_FILE: rig.gguf });
    await eventually(async () => (await installed(core)).length === 1, 10_000);
    await core.client.api.load(core.url, MODEL, PINNED);
    const child = core.run({ EXIT_ON_STDIN_EOF: '1' });
    const url = await urlOf(child.stdout);
    await eventually(async () => {
      const tags = (await (await fetch(`${url}/api/tags`)).json()) as { models: unknown[] };
      return tags.models.length === 1;
    }, 10_000);
    await core.client.api.load(url, MODEL, PINNED);
    const speech = fetch(`${url}/api/chat`, {
      method: 'POST',
      body: JSON.stringify(core.client.request(question, { num_predict: 500 })),
    }).then((answer) => answer.text());
    const cut = expect(speech).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 400));
    const began = performance.now();
    if (signal) child.kill(signal);
    else child.stdin?.end();
    expect(await exitOf(child)).toBe(0);
    expect(performance.now() - began).toBeLessThan(1000);
    await cut;
  });
});

async function overwrite(path: string, position: number, text: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(text, position);
  await file.close();
}

async function urlOf(output: NodeJS.ReadableStream | null): Promise<string> {
  const line = await new Promise<Buffer>((resolve) => output?.once('data', resolve));
  return `http://127.0.0.1:${(JSON.parse(line.toString()) as { port: number }).port}`;
}
