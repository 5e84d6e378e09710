import { FakeCore } from '../../test/support/fakes/fake-core/fake-core';
import { serve } from './child';

/** A scripted core whose runner can be hurt while its HTTP API stays fine, as a process of its own. */
export type HurtableCore = {
  start: (options: { tokensPerSecond: number }) => Promise<{ url: string }>;
  /** Generations hang, those that run and those that come; health calls go on being answered. */
  hang: (nothing: undefined) => Promise<void>;
  heal: (nothing: undefined) => Promise<void>;
};

let core: FakeCore | undefined;

function started(): FakeCore {
  if (!core) throw new Error('it was not started');
  return core;
}

serve<HurtableCore>(
  {
    start: async (options) => {
      core = await new FakeCore(options).start();
      return { url: core.url };
    },
    hang: () => started().strike({ kind: 'hang' }),
    heal: () => started().heal(),
  },
  async () => core?.close(),
);
