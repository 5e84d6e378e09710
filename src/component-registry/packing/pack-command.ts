import { join } from 'node:path';
import { findNpm } from '../../built-in-engine/npm-program';
import { RegistryClient } from '../../oci/registry-client';
import type { Settings } from '../../config/settings';
import type { Clock } from '../../shared/clock';
import { SystemClock } from '../../shared/system-clock';
import { catalogueFolder } from '../catalogue/catalogue-folder';
import { ImageBindings } from '../catalogue/image-bindings';
import { shippedPackage } from '../catalogue/shipped-package';
import { blockOf, type Manifest, PUBLISHER } from '../manifest/manifest';
import { registryReach } from '../registry-reach';
import { PACK_USAGE, parsePackArguments } from './pack-arguments';
import { packComponent, type Packed } from './pack-component';
import { packReport } from './pack-report';

/** Somebody pressed Ctrl-C. */
export class PackInterrupted extends Error {
  constructor() {
    super('Packing was interrupted; nothing was left behind but what is in the registry already.');
  }
}

/** Tells the catalogue which image it is; what was packed of other bytes is not that component. */
async function bind(
  { name, version, _meta }: Manifest,
  { pushed, digest, integrity }: Packed,
  settings: Settings,
  clock: Clock,
): Promise<string | undefined> {
  if (!pushed) return undefined;
  const wanted = _meta[PUBLISHER].rdzen.provenance?.integrity;
  if (integrity !== wanted)
    return `note:    the catalogue means other bytes of this version (${wanted}); ${name} stays without an image`;
  await new ImageBindings(join(catalogueFolder(settings), 'images')).record({
    component: name,
    version,
    repository: `${pushed.host}/${pushed.repository}`,
    digest,
    integrity,
    packedAt: new Date(clock.now()).toISOString(),
    packedBy: 'cli',
  });
  return `${name} ${version} of the catalogue has its image now; !trial ${name.split('/').pop()} tries it.`;
}

/**
 * `component pack`: what it is doing goes to stderr, and the report is what it gives back. Ctrl-C ends it with all it runs.
 *
 * @throws RdzenError PACK_*, REGISTRY_*, IMAGE_REFERENCE_INVALID; PackInterrupted
 */
export async function packCommand(
  args: readonly string[],
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if (args.length === 1 && ['--help', '-h'].includes(args[0] ?? '')) return `component pack ${PACK_USAGE}`;
  const request = parsePackArguments(args, settings.RDZEN_REGISTRY);
  const { RDZEN_REGISTRY_USER: username, RDZEN_REGISTRY_PASSWORD: password } = settings;
  const clock = new SystemClock();
  const client = new RegistryClient({
    clock,
    ...registryReach(settings),
    environment,
    ...(request.to &&
      username !== undefined &&
      password !== undefined && { credentials: { host: request.to.host, username, password } }),
  });
  const stop = new AbortController();
  const interrupted = (): void => stop.abort(new PackInterrupted());
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const say = (text: string): void => void process.stderr.write(`pack: ${text}\n`);
    const npm = findNpm({ nodeProgram: process.execPath, environment, platform: process.platform });
    const tools = { client, npm, clock, environment, signal: stop.signal, say };
    const entry = await shippedPackage(request.name, request.version);
    const state = (entry && blockOf(entry).permissions?.filesystem?.state?.path) ?? request.state;
    const packed = await packComponent(
      { ...request, serverName: entry?.name, ...(state !== undefined && { state }) },
      tools,
    );
    const bound = entry && (await bind(entry, packed, settings, clock));
    return [packReport(packed), ...(bound === undefined ? [] : ['', bound])].join('\n');
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await client.close();
  }
}
