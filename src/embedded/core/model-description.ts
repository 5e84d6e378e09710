import type { BrainModel } from './brain';
import { isChatml } from './chatml-template';
import { CHATML_TEMPLATE, TURN_END, TURN_START } from './chatml';
import type { EngineModule, GgufInfo, GgufMetadata } from './engine-module';
import type { ModelFile } from './model-file';
import { withTag } from './model-name';

/** `general.file_type` of a GGUF. */
const FILE_TYPES: Record<number, string> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  7: 'Q8_0',
  8: 'Q5_0',
  9: 'Q5_1',
  10: 'Q2_K',
  11: 'Q3_K_S',
  12: 'Q3_K_M',
  13: 'Q3_K_L',
  14: 'Q4_K_S',
  15: 'Q4_K_M',
  16: 'Q5_K_S',
  17: 'Q5_K_M',
  18: 'Q6_K',
  25: 'IQ4_NL',
  30: 'IQ4_XS',
  32: 'BF16',
};

/** What can be said of a model from the head of its file. A damaged one is listed too: only loading it says why not. */
export async function describeModel(
  name: string,
  file: ModelFile,
  module: Pick<EngineModule, 'readGgufFileInfo'> | undefined,
): Promise<BrainModel> {
  const [digest, sizeBytes, info] = await Promise.all([
    file.digest(),
    file.sizeBytes(),
    module?.readGgufFileInfo(file.path, { sourceType: 'filesystem' }).catch(() => undefined),
  ]);
  const metadata = info?.metadata;
  const family = metadata?.general.architecture ?? 'unknown';
  const template = metadata?.tokenizer?.chat_template ?? '';
  return {
    name: withTag(name),
    digest,
    sizeBytes,
    format: 'gguf',
    family,
    parameterSize: info ? parameterSize(info) : 'unknown',
    quantization: FILE_TYPES[metadata?.general.file_type ?? -1] ?? 'unknown',
    contextLength: Number(ofFamily(metadata, 'context_length') ?? 0),
    template: isChatml(template) ? CHATML_TEMPLATE : template,
    stop: isChatml(template) ? [TURN_START, TURN_END] : [],
    capabilities: [ofFamily(metadata, 'pooling_type') === undefined ? 'completion' : 'embedding'],
    modelInfo: { 'general.architecture': family, ...(metadata && flatNumbers(family, metadata[family])) },
  };
}

/** As Ollama writes it: `134.52M`. */
function parameterSize({ fullTensorInfo = [] }: GgufInfo): string {
  const count = fullTensorInfo
    .map(({ dimensions }) => dimensions.reduce<number>((product, size) => product * Number(size), 1))
    .reduce((sum, size) => sum + size, 0);
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)}B`;
  return count >= 1e6 ? `${(count / 1e6).toFixed(2)}M` : `${(count / 1e3).toFixed(2)}K`;
}

function ofFamily(metadata: GgufMetadata | undefined, key: string): unknown {
  const own = metadata?.[metadata.general.architecture];
  return typeof own === 'object' && own !== null ? (own as Record<string, unknown>)[key] : undefined;
}

function flatNumbers(prefix: string, value: unknown): Record<string, string | number> {
  if (typeof value === 'number' || typeof value === 'string') return { [prefix]: value };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, inner]) => flatNumbers(`${prefix}.${key}`, inner)),
  ) as Record<string, string | number>;
}
