import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeHub, sha256 } from '../../test/faults/built-in-engine/support/fake-hub';
import { SystemClock } from '../shared/system-clock';
import { EngineUnavailable } from './engine-unavailable';
import { FileDownload } from './file-download';
import type { Preparing } from './preparing';
import { ProgressSlot } from './progress-board';
import { WebFailure } from './web-failure';
import { WebReader } from './web-reader';

const CONTENT = randomBytes(3_000_000);
/** Longer than a busy machine lets a line rest by itself. */
const IDLE_MS = 1_000;

describe(FileDownload.name, () => {
  let hub: FakeHub;
  let web: WebReader;
  let folder: string;
  let target: string;
  let shown: Preparing[];
  const slot = new ProgressSlot(() => {
    if (slot.snapshot) shown.push(slot.snapshot());
  });

  beforeEach(async () => {
    hub = await FakeHub.start();
    hub.files.set('model.gguf', CONTENT);
    // By the size of the part: a busy machine hands on a while later what has come.
    hub.taken = (upTo) =>
      stat(`${target}.part`).then(
        ({ size }) => size >= upTo,
        () => false,
      );
    web = new WebReader({ environment: {}, idleMs: IDLE_MS });
    folder = await mkdtemp(join(tmpdir(), 'rdzen-download-'));
    target = join(folder, 'model.gguf');
    shown = [];
  });

  afterEach(async () => {
    await web.close();
    await hub.close();
    await rm(folder, { recursive: true });
  });

  const fetch = (
    signal = new AbortController().signal,
    before = async (): Promise<void> => undefined,
  ): Promise<void> =>
    new FileDownload(web, new SystemClock(), 20).run(
      {
        from: { url: new URL(`${hub.url}/u/r/resolve/main/model.gguf`) },
        target,
        sha256: sha256(CONTENT),
        sizeBytes: CONTENT.length,
        label: 'a model',
      },
      slot,
      signal,
      before,
    );
  const failure = (run: Promise<void>): Promise<Error> =>
    run.then(
      () => new Error('it did not fail'),
      (error: Error) => error,
    );
  const ranges = (): (string | undefined)[] => hub.seen.map(({ range }) => range);

  it('brings the file whole, with the record before it, and leaves nothing else', async () => {
    const there: string[][] = [];
    await fetch(undefined, async () => void there.push(await readdir(folder)));
    expect(sha256(await readFile(target))).toBe(sha256(CONTENT));
    expect(await readdir(folder)).toEqual(['model.gguf']);
    expect(there).toEqual([expect.not.arrayContaining(['model.gguf'])]);
  });

  it('goes on where the connection was cut, only if the file is still the same', async () => {
    hub.cuts = [1_000_000, 500_000];
    await fetch();
    expect(sha256(await readFile(target))).toBe(sha256(CONTENT));
    expect(ranges()).toEqual([undefined, 'bytes=1000000-', 'bytes=1500000-']);
    expect(hub.seen.map(({ ifRange }) => ifRange)).toEqual([undefined, '"first"', '"first"']);
  });

  it('starts anew where the server knows no ranges', async () => {
    hub.cuts = [1_000_000];
    hub.ranges = false;
    await fetch();
    expect(sha256(await readFile(target))).toBe(sha256(CONTENT));
    expect(ranges()).toEqual([undefined, 'bytes=1000000-']);
  });

  it('starts anew where the file has changed meanwhile', async () => {
    hub.cuts = [1_000_000];
    hub.forgeries = [randomBytes(CONTENT.length)];
    const run = fetch();
    while (hub.seen.length < 1 || hub.cuts.length > 0) await new Promise((done) => setTimeout(done, 2));
    hub.etag = '"second"';
    await run;
    expect(sha256(await readFile(target))).toBe(sha256(CONTENT));
  });

  it('is ended by silence, and tries again', async () => {
    hub.silences = [1_000_000];
    await fetch();
    expect(sha256(await readFile(target))).toBe(sha256(CONTENT));
    expect(ranges()).toEqual([undefined, 'bytes=1000000-']);
  });

  it('gives up after four tries without progress, naming the cause, and keeps the part', async () => {
    hub.cuts = [1_000_000, 0, 0, 0, 0, 0];
    const error = await failure(fetch());
    expect(error).toBeInstanceOf(WebFailure);
    expect(error.message).toBe(`the connection to 127.0.0.1:${hub.port} broke off`);
    expect(hub.seen).toHaveLength(4);
    expect((await readdir(folder)).sort()).toEqual(['model.gguf.part', 'model.gguf.part.json']);
  });

  it('goes on from the part of an earlier run, whose bytes are summed again', async () => {
    const stop = new AbortController();
    hub.silences = [1_000_000];
    const run = failure(fetch(stop.signal));
    while (!(await hub.taken(1_000_000))) await new Promise((done) => setTimeout(done, 10));
    stop.abort(new Error('stopped'));
    expect((await run).message).toBe('stopped');
    await fetch();
    expect(sha256(await readFile(target))).toBe(sha256(CONTENT));
    expect(ranges()).toEqual([undefined, 'bytes=1000000-']);
  });

  it('fetches a file with a wrong sum once more, saying so', async () => {
    hub.forgeries = [randomBytes(CONTENT.length)];
    await fetch();
    expect(sha256(await readFile(target))).toBe(sha256(CONTENT));
    expect(ranges()).toEqual([undefined, undefined]);
    expect(shown.at(-1)?.detail).toBe(
      `fetching a model from 127.0.0.1:${hub.port}, again: what came had a wrong checksum`,
    );
  });

  it('heals from a part that was damaged on disk', async () => {
    await writeFile(`${target}.part`, randomBytes(1_000_000));
    await writeFile(`${target}.part.json`, JSON.stringify({ sha256: sha256(CONTENT), etag: '"first"' }));
    await fetch();
    expect(sha256(await readFile(target))).toBe(sha256(CONTENT));
    expect(ranges()).toEqual(['bytes=1000000-', undefined]);
  });

  it('ends with a cause and a remedy when the sum is wrong twice, and leaves nothing', async () => {
    hub.forgeries = [randomBytes(CONTENT.length), randomBytes(CONTENT.length)];
    const error = await failure(fetch());
    expect(error).toBeInstanceOf(EngineUnavailable);
    expect(error.message).toBe(
      `What 127.0.0.1:${hub.port} gives for a model has a wrong checksum, twice. Check the proxy and HF_ENDPOINT, or set RDZEN_MODEL_FILE to a GGUF file of your own`,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['shorter', CONTENT.subarray(1), 2_999_999],
    ['longer', Buffer.concat([CONTENT, Buffer.alloc(5)]), 3_000_005],
  ])('refuses a file that is %s than it should be, before it is fetched', async (_what, given, bytes) => {
    hub.forgeries = [given];
    expect((await failure(fetch())).message).toBe(
      `127.0.0.1:${hub.port} gives ${bytes} bytes where 3000000 are expected`,
    );
  });

  it('waits as long as the server asks for, then goes on', async () => {
    hub.refusals = [{ status: 429, headers: { 'retry-after': '1' } }];
    const begun = Date.now();
    await fetch();
    expect(Date.now() - begun).toBeGreaterThanOrEqual(950);
    expect(sha256(await readFile(target))).toBe(sha256(CONTENT));
  });

  it('does not let two downloads of one file write into each other', async () => {
    hub.speed = 6_000_000;
    await Promise.all([fetch(), fetch()]);
    expect(sha256(await readFile(target))).toBe(sha256(CONTENT));
    expect(await readdir(folder)).toEqual(['model.gguf']);
  });

  it('shows bytes, speed and the time left', async () => {
    hub.speed = 3_000_000;
    const run = fetch();
    await new Promise((done) => setTimeout(done, 800));
    const { snapshot } = slot;
    const { receivedBytes = 0, totalBytes, bytesPerSecond = 0, secondsLeft } = snapshot?.() ?? {};
    expect(totalBytes).toBe(3_000_000);
    expect(receivedBytes).toBeGreaterThan(1_000_000);
    expect(bytesPerSecond).toBeGreaterThan(1_500_000);
    expect(secondsLeft).toBe(1);
    await run;
  });
});
