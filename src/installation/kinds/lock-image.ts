import type { ContainerImages, ImageInfo } from '../../containers/container-images';
import { NotAsTried } from './kind-conduct';

const PULL_MS = 120_000;

/**
 * The image of an approved lock, out of its registry where the engine has it not.
 *
 * @param reference `name@sha256:...`
 * @throws NotAsTried where the engine has another one under it
 * @throws RdzenError ENGINE_*, REGISTRY_*, IMAGE_MISSING
 */
export async function imageOf(reference: string, images: ContainerImages): Promise<ImageInfo> {
  const there = (await images.inspect(reference)) ?? (await images.pull(reference, { withinMs: PULL_MS }));
  if (there.digests.length > 0 && !there.digests.includes(reference))
    throw new NotAsTried(`the engine has ${there.digests[0]} in place of ${reference}`);
  return there;
}
