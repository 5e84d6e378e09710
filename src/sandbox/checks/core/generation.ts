import { OllamaError } from '../../../ollama/ollama-error';
import { Deadline } from '../../../shared/deadline';
import { visibleExcerpt } from '../../../mcp/visible-excerpt';
import type { TriedCore } from '../../tried-core';
import type { TriedCores } from '../../tried-cores';
import type { TrialScene } from '../../trial-scene';
import { type Check, failed, notMeasured, passed } from '../check';

/** For the checks that come after, and for cleaning up. */
const KEPT_BACK_MS = 20_000;
const MIB = 2 ** 20;

/** It generates: with a model that it has, else with that of production, where that can be brought to it. */
export const coreGeneration: Check = {
  number: 16,
  id: 'generation',
  ask: async (scene) => {
    const { core, cores, clock } = scene;
    if (!core || !cores) return notMeasured('it does not run');
    const withinMs = Math.max(1, scene.leftMs - KEPT_BACK_MS);
    const deadline = new Deadline(clock, withinMs, scene.signal);
    try {
      const found = await modelOf(scene, core, cores, deadline.signal);
      if ('reason' in found) return notMeasured(found.reason);
      const began = clock.monotonic();
      const { tokens } = await cores.generate(core.url, found.model, withinMs, deadline.signal);
      const name = visibleExcerpt(found.model, 60);
      if (tokens === 0) return failed(`${name} ended without a token`);
      const seconds = ((clock.monotonic() - began) / 1_000).toFixed(1);
      return passed(
        `${name}${found.brought ? ', which was brought to it,' : ''} generated ${tokens} ${tokens === 1 ? 'token' : 'tokens'} within ${seconds} s`,
      );
    } catch (error) {
      scene.signal.throwIfAborted();
      if (!(error instanceof OllamaError)) throw error;
      if (deadline.signal.aborted) return notMeasured('it was not done in the time that was left');
      return failed(`it does not generate (${error.kind}): ${visibleExcerpt(error.message, 120)}`);
    } finally {
      deadline.end();
    }
  },
};

async function modelOf(
  { block, limits }: TrialScene,
  core: TriedCore,
  cores: TriedCores,
  signal: AbortSignal,
): Promise<{ model: string; brought: boolean } | { reason: string }> {
  const [own] = await cores.models(core.url, signal);
  if (own !== undefined) return { model: own, brought: false };
  const hand = await cores.atHand();
  if (!hand) return { reason: 'it has no model, and none lies where it could be brought from' };
  const most = Math.min(limits.memoryBytes, (block.permissions?.filesystem?.state?.maxMiB ?? 0) * MIB);
  if (hand.bytes > most)
    return {
      reason: `${visibleExcerpt(hand.model, 60)} has ${Math.round(hand.bytes / MIB)} MiB, more than the ${Math.round(most / MIB)} it may take or keep`,
    };
  await cores.bring(core.url, hand, signal);
  return { model: hand.model, brought: true };
}
