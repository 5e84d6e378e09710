import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerSpec } from './container-engine';
import { EmbeddedPrograms } from './embedded-programs';

const spec = (image: string): ContainerSpec => ({ name: 'x', image, restart: 'no' });

describe(EmbeddedPrograms.name, () => {
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rdzen-programs-'));
    await writeFile(join(folder, 'ollama'), '#!/bin/sh\n');
    await chmod(join(folder, 'ollama'), 0o755);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('gives Ollama its proxy, GPU and own variables, no address and no secret; other programs get none', async () => {
    const passed = {
      HTTPS_PROXY: 'http://proxy:1',
      no_proxy: 'intranet',
      CUDA_VISIBLE_DEVICES: '',
      HIP_VISIBLE_DEVICES: '0',
      HSA_OVERRIDE_GFX_VERSION: '10.3.0',
      ROCR_VISIBLE_DEVICES: '1',
      GGML_VK_VISIBLE_DEVICES: '0',
      LD_LIBRARY_PATH: '/usr/lib/cuda',
      OLLAMA_FLASH_ATTENTION: '1',
    };
    const programs = new EmbeddedPrograms('/code', folder, {
      ...passed,
      OLLAMA_HOST: '0.0.0.0:11434',
      OLLAMA_URL_CORE1: 'http://user:word@far:1',
      ROCKETCHAT_PASSWORD: 'hidden',
      RDZEN_DATA: '/data',
      GGML_UNSET: undefined,
    });
    expect(await programs.resolve(spec('ollama'))).toEqual({
      command: join(folder, 'ollama'),
      args: ['serve'],
      env: passed,
    });
    expect((await programs.resolve(spec('core'))).env).toEqual({ EXIT_ON_STDIN_EOF: '1' });
  });

  it('says what it knows where an image is unknown', async () => {
    await expect(new EmbeddedPrograms('/code', folder).resolve(spec('other'))).rejects.toThrow(
      /"other".*core, chat-server, ollama/,
    );
  });
});
