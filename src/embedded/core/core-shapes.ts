import type { BrainModel, RunnerOptions } from './brain';

const NANOSECONDS_PER_MILLISECOND = 1e6;
const PARAMETER_COLUMN = 31;

/** The version of Ollama whose API this is, and what it is instead. */
export function versionAnswer(kind: string): object {
  return { version: `0.11.5+${kind}` };
}

/** Milliseconds each part took, and what it counted. */
export interface AnswerMetrics {
  totalMs: number;
  loadMs: number;
  promptTokens: number;
  promptMs: number;
  tokens: number;
  generationMs: number;
}

/** The answers of `/api/tags`, `/api/ps` and `/api/show`, in Ollama's shapes. */
export function tagsAnswer(model: BrainModel | undefined, installedAt: string): object {
  if (!model) return { models: [] };
  return { models: [{ ...identity(model), modified_at: installedAt }] };
}

export function psAnswer(
  model: BrainModel | undefined,
  options: RunnerOptions | undefined,
  expiresAt: number,
): object {
  if (!model || !options) return { models: [] };
  return {
    models: [
      {
        ...identity(model),
        expires_at: new Date(expiresAt).toISOString(),
        size_vram: 0,
        context_length: options.num_ctx,
      },
    ],
  };
}

export function showAnswer(model: BrainModel, modifiedAt: string): object {
  const stops = model.stop.map((stop) => JSON.stringify(stop));
  return {
    modelfile: [
      '# Modelfile of a core that is not Ollama',
      `FROM sha256-${model.digest}`,
      `TEMPLATE """${model.template}"""`,
      ...stops.map((stop) => `PARAMETER stop ${stop}`),
      '',
    ].join('\n'),
    parameters: stops.map((stop) => `${'stop'.padEnd(PARAMETER_COLUMN)}${stop}`).join('\n'),
    template: model.template,
    details: details(model),
    model_info: model.modelInfo,
    capabilities: model.capabilities,
    modified_at: modifiedAt,
  };
}

/** The numbers of a final line; nanoseconds, zeros left out as Ollama does. */
export function metricsFields(metrics: AnswerMetrics): object {
  const fields = {
    total_duration: nanoseconds(metrics.totalMs),
    load_duration: nanoseconds(metrics.loadMs),
    prompt_eval_count: metrics.promptTokens,
    prompt_eval_duration: nanoseconds(metrics.promptMs),
    eval_count: metrics.tokens,
    eval_duration: nanoseconds(metrics.generationMs),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value > 0));
}

function identity(model: BrainModel): object {
  return {
    name: model.name,
    model: model.name,
    size: model.sizeBytes,
    digest: model.digest,
    details: details(model),
  };
}

function details(model: BrainModel): object {
  return {
    parent_model: '',
    format: model.format,
    family: model.family,
    families: [model.family],
    parameter_size: model.parameterSize,
    quantization_level: model.quantization,
  };
}

/** At least one: what has happened took some time. */
export function nanoseconds(ms: number): number {
  return Math.max(1, Math.round(ms * NANOSECONDS_PER_MILLISECOND));
}
