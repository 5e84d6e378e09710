import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { type Manifest, PUBLISHER } from './manifest';
import { manifestRules } from './manifest-rules';
import { MANIFEST_SCHEMA } from './manifest-schema';
import { ManifestText, type ManifestProblem } from './manifest-text';
import { inWords } from './schema-problems';

let compiled: ValidateFunction<Manifest> | undefined;

/**
 * Compiled with the first manifest that is read, since it takes longer than all else that is loaded. The schema is ours: a
 * spec holds it against its dialect, and the few manifests are no matter for optimized code.
 */
const shape = (): ValidateFunction<Manifest> =>
  (compiled ??= new Ajv2020({
    ...{ allErrors: true, strict: false, verbose: true },
    ...{ validateSchema: false, meta: false, code: { optimize: false } },
  }).compile(MANIFEST_SCHEMA));

export interface LintedManifest {
  /** Undefined where there are errors. */
  manifest?: Manifest;
  /** In the order of lines. */
  problems: ManifestProblem[];
}

/** Reads a manifest as people write it, and says of each place that is wrong what to write there. */
export function lintManifest(text: string): LintedManifest {
  const source = new ManifestText(text);
  if (source.problems.length > 0) return { problems: source.problems };
  const value = source.value;
  const problems: ManifestProblem[] = [];
  const add = (severity: ManifestProblem['severity'], path: string, wrong: string, write: string): void => {
    if (problems.some((known) => known.path === path && known.wrong === wrong)) return;
    problems.push({ severity, path, line: source.lineOf(path), wrong, write });
  };
  const validate = shape();
  if (!validate(value)) {
    for (const finding of validate.errors ?? []) {
      // What a choice of shapes says as a whole says less than its branches.
      if (['anyOf', 'if', 'propertyNames'].includes(finding.keyword)) continue;
      const { path, wrong, write } = inWords(finding);
      add('error', path, wrong, write);
    }
    if (problems.length === 0) add('error', '', 'it is no manifest', 'Compare it with docs/components.md.');
  } else
    for (const { severity, path, wrong, write } of manifestRules(value))
      add(severity, path.replace('@', `/_meta/${PUBLISHER.replaceAll('/', '~1')}/rdzen`), wrong, write);
  problems.sort((a, b) => a.line - b.line);
  const bad = problems.some(({ severity }) => severity === 'error');
  return { ...(bad ? {} : { manifest: value as Manifest }), problems };
}
