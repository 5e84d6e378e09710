import { statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Program } from '../../built-in-engine/npm-program';
import { digestOf } from '../../oci/content-digest';
import type { ImageReference } from '../../oci/image-reference';
import type { RegistryClient } from '../../oci/registry-client';
import type { BlobSource } from '../../oci/registry-writer';
import type { Clock } from '../../shared/clock';
import { RdzenError } from '../../shared/rdzen-error';
import { type BaseImage, baseImage, type BaseLayer } from './base-image';
import { billOfMaterials } from './bill-of-materials';
import { APP, type ComponentImage, componentImage, SBOM_FILE, USER_NUMBER } from './component-image';
import { tarOfFolder } from './folder-tar';
import { type LayerFile, writeLayer } from './layer-file';
import { readLock } from './lock-file';
import { installTree } from './npm-tree';
import type { PackRequest } from './pack-arguments';
import { type PackageFacts, packageFacts } from './package-facts';

export interface PackTools {
  client: RegistryClient;
  npm: Program | undefined;
  clock: Clock;
  environment: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
  /** Hears what is being done. */
  say: (text: string) => void;
}

export interface Packed {
  facts: PackageFacts;
  /** The folder it keeps data in. */
  state?: string;
  base: Pick<BaseImage, 'name'>;
  digest: string;
  size: number;
  packages: number;
  sbomDigest: string;
  /** Of the package itself, as it was locked. */
  integrity: string;
  /** Packages whose install scripts were not run. */
  withScripts: string[];
  /** Where it was pushed to. */
  pushed?: ImageReference & { tag: string };
}

const MOST_BYTES = 1024 * 2 ** 20;
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Makes the image of an npm package's MCP server, without any container engine, and pushes it where `to` says. The same
 * lock, base and Node give the same digest.
 *
 * @throws RdzenError PACK_*, REGISTRY_*, IMAGE_REFERENCE_INVALID; the signal's reason
 */
export async function packComponent(request: PackRequest, tools: PackTools): Promise<Packed> {
  const scratch = await mkdtemp(join(tmpdir(), 'rdzen-pack-'));
  try {
    return await packIn(scratch, request, tools);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function packIn(scratch: string, request: PackRequest, tools: PackTools): Promise<Packed> {
  const { name, version, lock, to, state } = request;
  const { client, clock, environment, npm, signal, say } = tools;
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  const folder = join(scratch, 'app');
  await mkdir(folder);
  say(`installing ${name}@${version} without running its scripts`);
  await installTree({
    name,
    version,
    folder,
    cpu: process.arch,
    npm,
    clock,
    signal,
    environment,
    ...(lock && { lock }),
  });
  const packages = readLock(await readFile(join(folder, 'package-lock.json'), 'utf8'), `${name}@${version}`);
  const facts = { ...(await factsOf(folder, request)), ...catalogued(request) };
  const sbom = billOfMaterials(facts, packages);
  const sbomDigest = digestOf(sbom);
  await writeFile(join(folder, SBOM_FILE), sbom);
  say('compressing its layer');
  const tar = tarOfFolder(folder, {
    at: APP,
    most: MOST_BYTES,
    without: (path) => NPMS_OWN.has(path),
    // A fresh volume takes over owner and mode of the image's folder where it is mounted.
    ...(state !== undefined && { empty: { path: state.slice(1), owner: USER_NUMBER } }),
  });
  const layer = await writeLayer(tar, join(scratch, 'app.tar.gz'));
  say(`reading the base: ${request.base ?? 'Node of this machine'}`);
  const base = await baseImage({ base: request.base, architecture, scratch, client, signal });
  const image = componentImage({ facts, base, layer, architecture, sbomDigest, state });
  if (to) await push(to, { image, layer, base }, tools);
  return {
    facts,
    ...(state !== undefined && { state }),
    base: { name: base.name },
    digest: image.manifest.digest,
    size: image.size,
    packages: packages.length,
    sbomDigest,
    integrity: packages.find(({ path }) => path === `node_modules/${name}`)?.integrity ?? '',
    withScripts: packages.filter(({ hasScript }) => hasScript).map((each) => each.name),
    ...(to && { pushed: to }),
  };
}

/** The name by which the catalogue knows it is the one that the image carries. */
function catalogued({ serverName }: PackRequest): Partial<PackageFacts> {
  return serverName === undefined ? {} : { serverName, serverNameGiven: true };
}

/** npm's notes for itself: of no use in an image, and they name its registry. */
const NPMS_OWN = new Set(['node_modules/.package-lock.json', 'node_modules/.cache']);

async function factsOf(folder: string, { name, version, program }: PackRequest): Promise<PackageFacts> {
  const home = join(folder, 'node_modules', ...name.split('/'));
  const facts = packageFacts(
    JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as Record<string, unknown>,
    program,
  );
  // Names and versions in the image are those that were asked for and locked, whatever the file says.
  const found = ['', '.js', '/index.js']
    .map((end) => facts.program + end)
    .find((path) => isFile(join(home, path)));
  if (found === undefined)
    throw new RdzenError(
      'PACK_NO_PROGRAM',
      `${name}@${version} cannot be run: its program ${facts.program} is not in the package. It may have to be built first; ask its author.`,
    );
  return { ...facts, name, version, program: found };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Blobs first; the manifest last, so that nobody pulls half an image. */
async function push(
  to: ImageReference & { tag: string },
  { image, layer, base }: { image: ComponentImage; layer: LayerFile; base: BaseImage },
  { client, signal, say }: PackTools,
): Promise<void> {
  const blobs: (BlobSource & Pick<BaseLayer, 'from'>)[] = [...base.layers, layer, image.config];
  for (const blob of blobs) {
    const from = blob.from?.host === to.host ? blob.from.repository : undefined;
    const how = await client.write.pushBlob(to, blob, {
      signal,
      ...(from !== undefined && { mountFrom: from }),
    });
    say(
      `${how === 'sent' ? 'sent' : how === 'there' ? 'there already:' : 'taken over:'} ${blob.digest.slice(0, 19)} (${blob.size} bytes)`,
    );
  }
  await client.write.pushManifest(to, to.tag, image.manifest, { signal });
  await client.read.manifest(
    { host: to.host, repository: to.repository, digest: image.manifest.digest },
    { signal },
  );
}
