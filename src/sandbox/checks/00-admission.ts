import { type Check, failed, passed } from './check';

/** What has to be right before anything runs: kind, transport, rights that nobody gives, a digest, a source. */
export const admission: Check = {
  number: 0,
  id: 'admission',
  ask: async (scene) => {
    const { subject, block } = scene;
    const { manifest } = subject;
    const [given] = manifest.packages;
    const problems = [
      block.kind === 'mcp-tool' ? undefined : `kind ${block.kind} is not tried by this check list`,
      given.transport.type === 'stdio' || (await scene.hasNetworks())
        ? undefined
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
