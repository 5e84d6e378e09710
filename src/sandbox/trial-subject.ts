import type { RunnableManifest } from '../component-registry/manifest/complete-manifest';
import { type Manifest, PUBLISHER } from '../component-registry/manifest/manifest';
import { RdzenError } from '../shared/rdzen-error';
import type { TrialSubject } from './trial-scene';

/** What is tried: the image by its digest alone, whatever its tag means by now. */
export function subjectOf(
  trialId: string,
  manifest: RunnableManifest,
  { source, signed }: { source: string; signed: boolean },
): TrialSubject {
  const { identifier } = manifest.packages[0];
  const repository = identifier.replace(/:[^:/]+$/, '');
  const { digest } = manifest._meta[PUBLISHER].rdzen;
  return { trialId, manifest, image: `${repository}@${digest}`, source, signed };
}

/** The catalogue knows it, and no image of it was made here. @param hint the command that makes one */
export function notPacked({ name, version }: Manifest, hint?: string): RdzenError {
  return new RdzenError(
    'COMPONENT_NOT_PACKED',
    `${name} ${version} has no image yet: what the catalogue names is a package, and an image of it is made here.${hint === undefined ? '' : ` Run: ${hint}`}`,
  );
}
