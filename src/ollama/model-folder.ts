import { constants } from 'node:fs';
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Readable } from 'node:stream';

/** One file of a model: weights, an adapter or a projector. */
export interface StoredBlob {
  /** `sha256:<hex>` */
  digest: string;
  sizeBytes: number;
  open(): Readable;
}

/** A model as it lies in a folder of models, with all it takes to make it anew elsewhere. */
export interface StoredModel {
  weights: StoredBlob[];
  adapters: StoredBlob[];
  template?: string;
  system?: string;
  license?: string;
  parameters?: Record<string, unknown>;
}

interface Layer {
  mediaType: string;
  digest: string;
  size: number;
}

const DIGEST = /^sha256[:-]([0-9a-f]{64})$/;
const MOST_TEXT_BYTES = 4 * 1024 * 1024;
const MOST_MANIFEST_BYTES = 1024 * 1024;

/**
 * Reads a folder as Ollama lays it out: `manifests/<host>/<namespace>/<name>/<tag>` names the layers, `blobs/sha256-<hex>`
 * holds them (Ollama server/images.go, types/model/name.go; layout seen with 0.11.4).
 *
 * The core that the folder belongs to can write there what it likes, and what is read here is sent to another core: a link
 * that leads out of the folder counts as nothing.
 */
export class ModelFolder {
  constructor(readonly path: string) {}

  /** @returns undefined where the model is not there whole. */
  async find(model: string): Promise<StoredModel | undefined> {
    for (const path of await this.manifestPaths(model)) {
      const layers = await this.layersOf(path);
      if (layers) return this.read(layers);
    }
    return undefined;
  }

  private async manifestPaths(model: string): Promise<string[]> {
    const [, name = model, tag = 'latest'] = /^(.*?)(?::([^/:]*))?$/.exec(model) ?? [];
    if (name.split('/').some((part) => part === '..' || part === '')) return [];
    const root = join(this.path, 'manifests');
    const hosts = await readdir(root).catch(() => []);
    return [
      join(root, name, tag),
      ...hosts.flatMap((host) => [join(root, host, 'library', name, tag), join(root, host, name, tag)]),
    ];
  }

  private async layersOf(manifest: string): Promise<Layer[] | undefined> {
    const sizeBytes = await this.sizeOf(manifest);
    if (sizeBytes === undefined || sizeBytes > MOST_MANIFEST_BYTES) return undefined;
    try {
      const { layers } = JSON.parse((await this.textOf(manifest)).toString('utf8')) as { layers?: Layer[] };
      return Array.isArray(layers) ? layers.filter(({ digest }) => DIGEST.test(digest)) : undefined;
    } catch {
      // Half written, or no manifest at all.
      return undefined;
    }
  }

  private async read(layers: readonly Layer[]): Promise<StoredModel | undefined> {
    const model: StoredModel = { weights: [], adapters: [] };
    for (const layer of layers) {
      const kind = layer.mediaType.split('.').at(-1) ?? '';
      const blob = await this.blob(layer);
      if (!blob) return undefined;
      if (kind === 'model' || kind === 'projector') model.weights.push(blob);
      else if (kind === 'adapter') model.adapters.push(blob);
      else if (blob.sizeBytes <= MOST_TEXT_BYTES) await addText(model, kind, blob);
    }
    return model.weights.length > 0 ? model : undefined;
  }

  private async blob({ digest, size }: Layer): Promise<StoredBlob | undefined> {
    const [, hex = ''] = DIGEST.exec(digest) ?? [];
    const path = join(this.path, 'blobs', `sha256-${hex}`);
    const sizeBytes = await this.sizeOf(path);
    if (sizeBytes === undefined || sizeBytes !== size) return undefined;
    return {
      digest: `sha256:${hex}`,
      sizeBytes,
      open: () => Readable.from(this.contentOf(path), { objectMode: false }),
    };
  }

  /** @returns undefined where no file of this folder is there */
  private async sizeOf(path: string): Promise<number | undefined> {
    const file = await this.opened(path).catch(() => undefined);
    if (!file) return undefined;
    try {
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  }

  private async textOf(path: string): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.contentOf(path)) parts.push(part);
    return Buffer.concat(parts);
  }

  private async *contentOf(path: string): AsyncGenerator<Buffer> {
    const file = await this.opened(path);
    // The stream closes it.
    for await (const part of file.createReadStream()) yield part as Buffer;
  }

  /**
   * What was opened is what lies in the folder: whoever swaps a file for a link in between is found out, since the two
   * are not the same file then.
   */
  private async opened(path: string): Promise<FileHandle> {
    // A pipe in its place is not waited for.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const held = await file.stat();
      const [root, real] = await Promise.all([realpath(this.path), realpath(path)]);
      const there = await stat(real);
      const same = held.ino === there.ino && held.dev === there.dev;
      if (held.isFile() && same && real.startsWith(root + sep)) return file;
      throw new Error(`${path} is no file of the folder of models`);
    } catch (error) {
      await file.close();
      throw error;
    }
  }
}

async function addText(model: StoredModel, kind: string, blob: StoredBlob): Promise<void> {
  if (!['template', 'system', 'license', 'params'].includes(kind)) return;
  const parts: Buffer[] = [];
  for await (const part of blob.open()) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString('utf8');
  if (kind === 'params') model.parameters = JSON.parse(text) as Record<string, unknown>;
  else model[kind as 'template' | 'system' | 'license'] = text;
}
