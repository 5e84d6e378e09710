import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFor, thisMachine } from '../../src/built-in-engine/engine-platform';
import { ENGINE_VERSION } from '../../src/built-in-engine/engine-release';
import { placeEngine } from '../faults/built-in-engine/support/fake-engine';

/** Real: the rig and the compiled product. The network is a proxy that is not there. */
describe('the rig of the built-in engine', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rdzen-rig-spec-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function run(): Promise<{ code: number | null; out: string; err: string }> {
    const nowhere = 'http://127.0.0.1:9';
    const child = spawn(process.execPath, [join(__dirname, 'engine.mjs')], {
      env: {
        PATH: folder,
        HOME: folder,
        http_proxy: nowhere,
        https_proxy: nowhere,
        RDZEN_RIG_CACHE: join(folder, 'cache'),
      },
    });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
    return new Promise((done) => child.once('close', (code) => done({ code, ...said })));
  }

  it('exits with 3 and names the cause where nothing can be fetched', async () => {
    const { code, out, err } = await run();
    expect(err).toMatch(/could not be (installed|fetched): /);
    expect(err).toContain('Check the network; behind a proxy set HTTPS_PROXY');
    expect({ code, out }).toEqual({ code: 3, out: '' });
  });

  it('takes an engine that stands there complete, whoever installed it', async () => {
    const placed = await placeEngine(folder, ENGINE_VERSION, buildFor(thisMachine()));
    await mkdir(join(folder, 'cache'));
    await rename(placed, join(folder, 'cache', `engine-${ENGINE_VERSION}`));
    const { code, err } = await run();
    expect(err).not.toContain('installing');
    expect(err).toContain('The model smollm2:135m could not be fetched');
    expect(code).toBe(3);
    expect((await readdir(join(folder, 'cache'))).sort()).toEqual([
      `engine-${ENGINE_VERSION}`,
      'engine-data',
    ]);
  });
});
