import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rigFromEnvironment } from './real-ollama';

describe('the Ollama rig', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rdzen-rig-spec-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('names everything that is missing and exits with 3', () => {
    const run = spawnSync(process.execPath, [join(__dirname, 'ollama.mjs')], {
      env: { PATH: folder, RDZEN_RIG_CACHE: join(folder, 'cache') },
      encoding: 'utf8',
    });
    expect(run.status).toBe(3);
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain(
      'missing: Go 1.24 or newer (go), a C compiler (gcc), a C++ compiler (g++), python3',
    );
  });

  it('is known by its environment, whole or not at all', () => {
    const env = { RDZEN_RIG_OLLAMA: '/o', RDZEN_RIG_MODELS: '/m', RDZEN_RIG_MODEL: 'small:1b' };
    expect(rigFromEnvironment(env)).toEqual({
      ollama: '/o',
      modelsDir: '/m',
      model: 'small:1b',
      closedModel: 'small-closed:1b',
    });
    expect(rigFromEnvironment({ ...env, RDZEN_RIG_MODEL: undefined })).toBeUndefined();
  });
});
