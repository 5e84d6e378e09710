import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePackArguments } from '../../../src/component-registry/packing/pack-arguments';
import {
  packComponent,
  type Packed,
  type PackTools,
} from '../../../src/component-registry/packing/pack-component';
import type { ImageConfig, ImageManifest } from '../../../src/oci/image-documents';
import { RegistryClient } from '../../../src/oci/registry-client';
import { SystemClock } from '../../../src/shared/system-clock';
import { FakeRegistry } from '../fakes/fake-registry/fake-registry';
import { fakeNpm } from './fake-npm';

/** As an image says it of itself. */
export const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;

/** Packs `tool-server@1.2.3` with a stand-in for npm, on a root file system that only looks like one with Node. */
export class PackBench {
  readonly client = new RegistryClient({ clock: new SystemClock() });
  readonly scratch = mkdtempSync(join(tmpdir(), 'rdzen-pack-spec-'));
  base = join(this.scratch, 'base.tar');
  tools: PackTools;

  private constructor(readonly registry: FakeRegistry) {
    this.tools = {
      client: this.client,
      npm: fakeNpm(join(this.scratch, 'npm')),
      clock: new SystemClock(),
      environment: { PATH: process.env['PATH'] },
      signal: new AbortController().signal,
      say: () => undefined,
    };
    this.makeBase('not really');
  }

  static async started(): Promise<PackBench> {
    return new PackBench(await FakeRegistry.started());
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.registry.stop();
    rmSync(this.scratch, { recursive: true, force: true });
  }

  makeBase(node: string): void {
    mkdirSync(join(this.scratch, 'root/usr/local/bin'), { recursive: true });
    writeFileSync(join(this.scratch, 'root/usr/local/bin/node'), node, { mode: 0o755 });
    execFileSync('tar', ['-C', join(this.scratch, 'root'), '-cf', this.base, '.']);
  }

  pack(...more: string[]): Promise<Packed> {
    return packComponent(parsePackArguments(['tool-server@1.2.3', '--base', this.base, ...more]), this.tools);
  }

  stored(repository: string, digest: string): { manifest: ImageManifest; config: ImageConfig } {
    const { manifests, blobs } = this.registry.repository(repository);
    const manifest = JSON.parse(manifests.get(digest)?.bytes.toString() ?? '') as ImageManifest;
    return {
      manifest,
      config: JSON.parse(blobs.get(manifest.config.digest)?.toString() ?? '') as ImageConfig,
    };
  }
}
