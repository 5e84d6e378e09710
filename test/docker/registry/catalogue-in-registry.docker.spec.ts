import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OciRepositoryCatalogue } from '../../../src/component-registry/catalogue/oci-repository-catalogue';
import { pushCommand } from '../../../src/component-registry/catalogue/push-command';
import { signCatalogue } from '../../../src/component-registry/catalogue/sign-catalogue';
import { SourceCache } from '../../../src/component-registry/catalogue/source-cache';
import { SourceReader } from '../../../src/component-registry/catalogue/source-reader';
import { Settings } from '../../../src/config/settings';
import { RegistryClient } from '../../../src/oci/registry-client';
import { SystemClock } from '../../../src/shared/system-clock';
import { testComponent } from '../../support/components/manifests';
import { DebianRegistry, describeWithRegistry } from './support/debian-registry';

const clock = new SystemClock();

describeWithRegistry()('a catalogue in a real registry', () => {
  let registry: DebianRegistry;
  let folder: string;
  let reader: SourceReader;

  beforeAll(async () => {
    registry = await DebianRegistry.started();
    folder = mkdtempSync(join(tmpdir(), 'rdzen-catalogue-'));
    mkdirSync(join(folder, 'signed'));
    const web = { get: () => Promise.reject(new Error('not asked')), close: () => Promise.resolve() };
    const catalogue = new OciRepositoryCatalogue(new RegistryClient({ clock }));
    reader = new SourceReader(clock, new SourceCache(join(folder, 'cache')), web, catalogue);
  });
  afterAll(async () => {
    await reader.close();
    await registry.remove();
    rmSync(folder, { recursive: true });
  });

  it('is pushed by the command, read with its signatures, and stands in for itself when the registry is down', async () => {
    const { manifest } = testComponent('good');
    const entry = { manifest: manifest(`sha256:${'a'.repeat(64)}`, `${registry.host}/good:1.0.0`) };
    writeFileSync(join(folder, 'signed', 'good.json'), JSON.stringify(entry));
    const { publicKey } = await signCatalogue(join(folder, 'signed'));
    const location = `${registry.host}/catalogue:1`;
    expect(await pushCommand([join(folder, 'signed'), location], new Settings(), {})).toMatch(
      /^pushed 1 entry .*\ndigest: sha256:[0-9a-f]{64}$/,
    );
    const source = { name: 'ours', kind: 'oci', location, trust: 'trusted', publicKey } as const;
    const signal = new AbortController().signal;
    const read = await reader.read(source, 'sources', signal);
    expect(read).toMatchObject({ state: 'fresh', content: { refused: [], entries: [{ place: 'entry 1' }] } });
    expect(JSON.parse(read.content.entries[0]?.text ?? '')).toMatchObject({
      ...entry,
      signature: expect.any(String) as string,
    });
    expect(await reader.read(source, 'sources', signal)).toMatchObject({
      state: 'fresh',
      content: read.content,
    });
    await registry.kill();
    expect(await reader.read(source, 'sources', signal)).toMatchObject({
      state: 'stale',
      content: read.content,
      problem: expect.stringContaining('refuses the connection') as string,
    });
  }, 30_000);
});
