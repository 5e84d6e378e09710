import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { component } from '../../support/docker-guard/guard-world';
import { type GuardRig, missing, shellTar, startGuardRig } from './support/guard-rig';
import { oneImageRegistry } from './support/one-image-registry';
import { rawCall } from './support/raw-call';

const suite = missing === undefined ? describe : describe.skip;
if (missing !== undefined) process.stderr.write(`SKIPPED docker-guard component: ${missing}\n`);

suite('docker-guard: a component out of a registry', () => {
  let rig: GuardRig;
  let registry: Awaited<ReturnType<typeof oneImageRegistry>>;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rdzen-guard-image-'));
    registry = await oneImageRegistry(shellTar(folder), {
      Labels: { 'rdzen.replaces': 'f'.repeat(64), 'rdzen.watched': 'true' },
    });
    rig = await startGuardRig({ RDZEN_GUARD_REGISTRIES: registry.host });
  }, 60_000);
  afterAll(async () => {
    await rig.close();
    await rig.direct
      .getImage(registry.image)
      .remove({ force: true })
      .catch(() => undefined);
    registry.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('is pulled by digest, made, run without rights, and removed, all through the guard', async () => {
    const [from, tag] = registry.image.split('@');
    const pulled = await rawCall(rig.socket, 'POST', `/images/create?fromImage=${from}&tag=${tag}`);
    expect([pulled.status, pulled.text]).toEqual([200, expect.not.stringContaining('errorDetail')]);
    const { body } = component({
      Image: registry.image,
      Cmd: ['/bin/busybox', 'grep', '-E', '^(Uid|CapEff|NoNewPrivs)', '/proc/self/status'],
    });
    const made = await rawCall(rig.socket, 'POST', `/containers/create?name=${rig.name('tool')}`, body);
    expect([made.status, made.text]).toEqual([201, expect.any(String)]);
    const container = rig.guarded.getContainer((JSON.parse(made.text) as { Id: string }).Id);
    await container.start();
    expect((await container.wait()) as unknown).toMatchObject({ StatusCode: 0 });
    const told = (await container.logs({ stdout: true })).toString();
    expect(told).toMatch(/Uid:\s+10001/);
    expect(told).toMatch(/CapEff:\s+0{16}/);
    expect(told).toMatch(/NoNewPrivs:\s+1/);
    const { Config } = await rig.direct.getContainer(container.id).inspect();
    expect(Config.Labels).toMatchObject({
      'rdzen.managed': 'true',
      'rdzen.replaces': '',
      'rdzen.watched': '',
    });
    await container.remove();
  }, 60_000);
});
