import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

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

/**
 * Reads a folder as Ollama lays it out: `manifests/<host>/<namespace>/<name>/<tag>` names the layers, `blobs/sha256-<hex>`
 * holds them (Ollama server/images.go, types/model/name.go; layout seen with 0.11.4).
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
    const text = await readFile(manifest, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const { layers } = JSON.parse(text) as { layers?: Layer[] };
    return Array.isArray(layers) ? layers.filter(({ digest }) => DIGEST.test(digest)) : undefined;
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
    const sizeBytes = (await stat(path).catch(() => undefined))?.size;
    if (sizeBytes !== size) return undefined;
    return { digest: `sha256:${hex}`, sizeBytes, open: () => createReadStream(path) };
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
