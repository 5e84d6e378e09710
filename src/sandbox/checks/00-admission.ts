import { type Check, failed, passed } from './check';

/** What has to be right before anything runs: transport, rights that nobody gives, a digest, a source. */
export const admission: Check = {
  number: 0,
  id: 'admission',
  ask: async (scene) => {
    const { subject, block } = scene;
    const { manifest } = subject;
    const [given] = manifest.packages;
    const problems = [
      (given.transport.type === 'stdio' && block.kind !== 'service') || (await scene.hasNetworks())
        ? undefined
        : block.kind === 'service'
          ? 'a service needs a network, and none can be made here: set RDZEN_HELPER_IMAGE'
          : `transport ${given.transport.type} needs a network, and none can be made here: set RDZEN_HELPER_IMAGE`,
      (block.permissions?.capabilities ?? []).length === 0
        ? undefined
        : `it wants Linux capabilities: ${block.permissions?.capabilities?.join(', ')}`,
      /^sha256:[0-9a-f]{64}$/.test(block.digest ?? '') ? undefined : 'its image has no digest',
    ].filter((problem) => problem !== undefined);
    const [first] = problems;
    if (first !== undefined) return failed(first, problems);
    const signed = subject.signed ? 'signed' : 'not signed';
    return passed(`from ${subject.source}, ${signed}; the image is named by its digest`);
  },
};
