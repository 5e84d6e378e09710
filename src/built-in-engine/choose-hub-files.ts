import { EngineUnavailable } from './engine-unavailable';
import type { HubModel } from './model-name';

/** A file of a repository, as the hub lists it. */
export interface HubFile {
  path: string;
  sizeBytes: number;
  /** Lower-case hexadecimal; only files kept outside git have one. */
  sha256?: string;
}

interface Candidate {
  quant?: string;
  /** In the order of their numbers. */
  files: HubFile[];
  /** Parts it should have. */
  parts: number;
}

const PREFERRED = 'Q4_K_M';
const LEAST_BITS = 4;
const SPLIT = /-(\d{5})-of-(\d{5})\.gguf$/i;
const NO_MODEL = /mmproj|imatrix/i;
const QUANT = /(?:^|[-_./])((?:UD-)?(?:I?Q\d\w*|BF16|F16|F32|FP16|MXFP4(?:_MOE)?|TQ\d_\d))(?=[-./]|$)/gi;

/**
 * Which files make up the wanted model: one, or all the parts of a split one.
 * @throws EngineUnavailable naming what there is instead.
 */
export function chooseHubFiles(files: readonly HubFile[], wanted: HubModel): HubFile[] {
  const candidates = group(files.filter(({ path }) => /\.gguf$/i.test(path) && !NO_MODEL.test(path)));
  if (candidates.length === 0)
    throw refuse(wanted, 'holds no GGUF file', 'Name a repository with GGUF files');
  const chosen = choose(candidates, wanted);
  if (chosen.files.length !== chosen.parts)
    throw refuse(wanted, `holds ${chosen.files.length} of the ${chosen.parts} parts`, 'Name another file');
  return chosen.files;
}

function choose(candidates: readonly Candidate[], wanted: HubModel): Candidate {
  if (wanted.path !== undefined) {
    const named = candidates.find(({ files }) => files.some(({ path }) => path === wanted.path));
    if (named) return named;
    throw refuse(wanted, `does not hold ${wanted.path}`, `It holds: ${names(candidates)}`);
  }
  if (wanted.quant !== undefined) return only(withQuant(candidates, wanted.quant), candidates, wanted);
  const preferred = withQuant(candidates, PREFERRED);
  if (preferred.length > 0) return only(preferred, candidates, wanted);
  const good = candidates.filter(({ quant }) => quant !== undefined && bits(quant) >= LEAST_BITS);
  const smallest = (good.length > 0 ? good : [...candidates]).sort((a, b) => size(a) - size(b))[0];
  if (smallest) return smallest;
  throw refuse(wanted, 'holds no GGUF file', 'Name another repository');
}

function only(found: readonly Candidate[], all: readonly Candidate[], wanted: HubModel): Candidate {
  const [first] = found;
  if (first && found.length === 1) return first;
  const what = first ? `holds several models: ${names(found)}` : `has no ${wanted.quant ?? 'such'} file`;
  throw refuse(
    wanted,
    what,
    first ? `Name one: RDZEN_MODEL=hf:${wanted.repo}/${first.files[0]?.path}` : `It has: ${names(all)}`,
  );
}

function group(files: readonly HubFile[]): Candidate[] {
  const groups = new Map<string, Candidate>();
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const [, , parts = '1'] = SPLIT.exec(file.path) ?? [];
    const key = file.path.replace(SPLIT, '') + parts;
    const quant = quantOf(file.path);
    const known = groups.get(key) ?? { ...(quant && { quant }), files: [], parts: Number(parts) };
    known.files.push(file);
    groups.set(key, known);
  }
  return [...groups.values()];
}

/** The last label of the file's own name, else of its folder's. */
function quantOf(path: string): string | undefined {
  const whole = path.replace(SPLIT, '').replace(/\.gguf$/i, '');
  return [...whole.matchAll(QUANT)].at(-1)?.[1]?.toUpperCase();
}

function withQuant(candidates: readonly Candidate[], quant: string): Candidate[] {
  return candidates.filter((candidate) => candidate.quant === quant.toUpperCase());
}

const bits = (quant: string): number => Number(/\d+/.exec(quant)?.[0] ?? 0);
const size = ({ files }: Candidate): number => files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
const names = (candidates: readonly Candidate[]): string =>
  candidates
    .slice(0, 12)
    .map(({ quant, files }) => quant ?? files[0]?.path)
    .join(', ');

function refuse({ name, repo }: HubModel, what: string, remedy: string): EngineUnavailable {
  return new EngineUnavailable(
    `The model "${name}" cannot be fetched: the repository ${repo} ${what}`,
    remedy,
  );
}
