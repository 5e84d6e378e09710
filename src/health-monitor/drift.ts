import type { ModelDetails } from '../ollama/ollama-api';
import { compareModels } from '../ollama/same-model';

/** What a core serves, as far as it tells. */
export interface Served {
  details: ModelDetails;
  /** Context the loaded model has, tokens. */
  contextTokens?: number;
  /** How much of the loaded model lies in graphics memory, 0 to 1. */
  vramShare?: number;
  version?: string;
}

/** What every request carries, whatever the core's model says. */
export interface Sent {
  names: readonly string[];
  contextTokens?: number;
}

export interface Drift {
  /** Why it would answer differently; undefined: it would not. */
  difference?: string;
  /** What else differs, and changes only how fast it answers, or what it may do wrong. */
  remarks: readonly string[];
}

/** Less is a matter of how a model happened to be laid out. */
const VRAM_TOLERANCE = 0.1;

/**
 * Compares a core with the one that counts. Requests ask for a context of their own, so a larger one than that makes no
 * difference.
 */
export function compareServed(core: Served, reference: Served & { id: number }, sent: Sent): Drift {
  const { id } = reference;
  const context = ({ contextTokens }: Served): number | undefined =>
    contextTokens === undefined ? undefined : Math.min(contextTokens, sent.contextTokens ?? Infinity);
  const [here, there] = [context(core), context(reference)];
  const { difference } = compareModels(core.details, reference.details, sent.names);
  const contexts =
    here !== undefined && there !== undefined && here !== there
      ? `the contexts differ: ${here} tokens here, ${there} there`
      : undefined;
  const what = difference ?? contexts;
  const remarks: string[] = [];
  if (core.version !== undefined && reference.version !== undefined && core.version !== reference.version)
    remarks.push(`its version is ${core.version}, and that of core ${id} ${reference.version}`);
  if (
    core.vramShare !== undefined &&
    reference.vramShare !== undefined &&
    Math.abs(core.vramShare - reference.vramShare) > VRAM_TOLERANCE
  )
    remarks.push(
      `${percent(core.vramShare)} of its model lie in graphics memory, and on core ${id} ${percent(reference.vramShare)}`,
    );
  return what === undefined
    ? { remarks }
    : { difference: `it would answer differently from core ${id}: ${what}`, remarks };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
