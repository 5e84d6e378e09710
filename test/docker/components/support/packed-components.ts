import { findNpm } from '../../../../src/built-in-engine/npm-program';
import { shippedPackage } from '../../../../src/component-registry/catalogue/shipped-package';
import {
  completed,
  type RunnableManifest,
} from '../../../../src/component-registry/manifest/complete-manifest';
import { blockOf } from '../../../../src/component-registry/manifest/manifest';
import { parsePackArguments } from '../../../../src/component-registry/packing/pack-arguments';
import { packComponent, type PackTools } from '../../../../src/component-registry/packing/pack-component';
import { RegistryClient } from '../../../../src/oci/registry-client';
import { SystemClock } from '../../../../src/shared/system-clock';

export interface PackedComponent {
  manifest: RunnableManifest;
  /** `host/repository@sha256:...` */
  reference: string;
}

/** Published servers of the shipped catalogue, packed from npm as `component pack` does it, in a registry of the machine. */
export class PackedComponents {
  private readonly tools: PackTools = {
    client: new RegistryClient({ clock: new SystemClock() }),
    npm: findNpm({ nodeProgram: process.execPath, environment: process.env, platform: process.platform }),
    clock: new SystemClock(),
    environment: process.env,
    signal: new AbortController().signal,
    say: () => undefined,
  };

  constructor(private readonly host: string) {}

  /** @param spec `name@version` of npm */
  async pack(spec: string, more: { withoutState?: true } = {}): Promise<PackedComponent> {
    const word = spec.replace(/^.*\//, '').replace(/@.*$/, '');
    const repository = `${this.host}/packed/${word}${more.withoutState ? '-stateless' : ''}`;
    const request = parsePackArguments([spec, '--to', repository]);
    const entry = await shippedPackage(request.name, request.version);
    if (!entry) throw new Error(`the shipped catalogue has no ${spec}`);
    const state = more.withoutState ? undefined : blockOf(entry).permissions?.filesystem?.state?.path;
    const { digest, integrity } = await packComponent(
      { ...request, serverName: entry.name, ...(state === undefined ? {} : { state }) },
      this.tools,
    );
    const { name: component, version } = entry;
    const manifest = completed(entry, {
      ...{ component, version, repository, digest, integrity },
      ...{ packedAt: '', packedBy: 'tests' },
    });
    if (!manifest) throw new Error(`${spec} is other bytes than the catalogue means`);
    return { manifest, reference: `${repository}@${digest}` };
  }

  async close(): Promise<void> {
    await this.tools.client.close();
  }
}
