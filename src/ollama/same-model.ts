import type { ModelDetails } from './ollama-api';

export interface ModelComparison {
  same: boolean;
  /** What differs, in words. */
  difference?: string;
}

const BLOB = /sha256[-:]([0-9a-f]{64})/i;

/** Parameters that change how fast a model answers, and not what. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set([
  'num_thread',
  'num_gpu',
  'main_gpu',
  'num_batch',
  'use_mmap',
  'use_mlock',
]);

/**
 * Whether two cores would give the same answers: same weights, template and parameters. The digests of `/api/tags` do
 * not tell: they name manifests, and creating one model twice gives two of them.
 *
 * @param sent names of the parameters that every request carries, so that the model's own do not count
 */
export function compareModels(
  a: ModelDetails,
  b: ModelDetails,
  sent: readonly string[] = [],
): ModelComparison {
  if (a.family !== b.family)
    return differ(`the families differ: ${a.family || 'none'} and ${b.family || 'none'}`);
  if (weights(a) !== weights(b)) return differ('the weights differ');
  if (a.template !== b.template) return differ('the templates differ');
  if (parameters(a, sent) !== parameters(b, sent)) return differ('the parameters differ');
  return { same: true };
}

function differ(difference: string): ModelComparison {
  return { same: false, difference };
}

/** The blobs of the FROM and ADAPTER lines; their folders differ from machine to machine. */
function weights({ modelfile }: ModelDetails): string {
  return modelfile
    .split('\n')
    .filter((line) => /^(FROM|ADAPTER)\s/i.test(line))
    .map((line) => BLOB.exec(line)?.[1]?.toLowerCase() ?? line.trim())
    .join(' ');
}

/** Ollama lists parameters in an order of chance. */
function parameters({ parameters: text }: ModelDetails, sent: readonly string[]): string {
  return text
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => {
      const [name = ''] = line.split(' ');
      return name !== '' && !sent.includes(name) && !OF_THE_MACHINE.has(name);
    })
    .sort()
    .join('\n');
}
