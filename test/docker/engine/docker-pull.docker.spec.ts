import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DockerClient } from '../../../src/containers/docker/docker-client';
import { DockerImages } from '../../../src/containers/docker/docker-images';
import { freePort } from '../../../src/shared/free-port';
import { SystemClock } from '../../../src/shared/system-clock';
import { eventually } from '../../faults/process-engine/support/processes';
import { RealDocker, SHELL_IMAGE, SOCKET } from './real-docker';

/** Debian's package docker-registry. */
const REGISTRY = '/usr/bin/docker-registry';
const present = existsSync(REGISTRY);
if (!present)
  console.warn(`*** SKIPPED: pulls from a registry; ${REGISTRY} is missing (package docker-registry)`);

(present ? describe : describe.skip)('pulls from a registry', () => {
  const real = new RealDocker();
  const clock = new SystemClock();
  const images = new DockerImages(new DockerClient({ socketPath: SOCKET }, clock), clock);
  let folder: string;
  let registry: ChildProcess;
  let reference: string;
  let repository: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rdzen-registry-'));
    const port = await freePort();
    const config = [
      'version: 0.1',
      'log: { level: error }',
      `storage: { filesystem: { rootdirectory: ${folder}/data } }`,
      `http: { addr: "127.0.0.1:${port}" }`,
    ];
    writeFileSync(join(folder, 'config.yml'), config.join('\n'));
    registry = spawn(REGISTRY, ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
    await eventually('the registry listens', () =>
      fetch(`http://127.0.0.1:${port}/v2/`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    repository = `127.0.0.1:${port}/rdzen-dev/shell`;
    reference = `${repository}:pulled`;
    await real.api.getImage(SHELL_IMAGE).tag({ repo: repository, tag: 'pulled' });
    const pushed = await real.api.getImage(reference).push({ authconfig: { username: '', password: '' } });
    await new Promise((resolve) => real.api.modem.followProgress(pushed, resolve));
    await images.remove(reference);
  });
  afterAll(async () => {
    await images.remove(reference);
    const over = new Promise((resolve) => registry.once('exit', resolve));
    registry.kill();
    await over;
    rmSync(folder, { recursive: true, force: true });
  });

  it('bring the image, with its digest; it can be pulled by that as well', async () => {
    expect(await images.inspect(reference)).toBeUndefined();
    const said: string[] = [];
    const image = await images.pull(reference, {
      withinMs: 30_000,
      onProgress: ({ status }) => said.push(status),
    });
    expect(image.references).toContain(reference);
    const digest = image.digests.find((each) => each.startsWith(`${repository}@sha256:`));
    expect(digest).toBeDefined();
    expect(said.join('\n')).toContain('Pulling from rdzen-dev/shell');
    expect((await images.pull(digest!, { withinMs: 30_000 })).id).toBe(image.id);
  });

  it('name what is missing, and a registry that is not there', async () => {
    const missing = images.pull(`${repository}:none`, { withinMs: 30_000 });
    await expect(missing).rejects.toMatchObject({ code: 'IMAGE_MISSING' });
    const nowhere = images.pull('127.0.0.1:9/none:1', { withinMs: 30_000 });
    await expect(nowhere).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    await expect(nowhere).rejects.toThrow('connection refused');
  });
});
