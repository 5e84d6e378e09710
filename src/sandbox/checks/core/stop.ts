import { type Check, notMeasured, passed, warned } from '../check';

const GRACE_MS = 10_000;
const KILLED = 137;

/** It ends when it is asked to, so that a core that leaves keeps nobody waiting. */
export const coreStop: Check = {
  number: 17,
  id: 'stop',
  ask: async ({ core, clock, watch }) => {
    if (!core) return notMeasured('it does not run');
    await watch.end();
    const began = clock.monotonic();
    await core.container.stop(GRACE_MS);
    const state = await core.container.inspect();
    if (state?.exitCode === KILLED)
      return warned(`it did not end within ${GRACE_MS / 1_000} s of SIGTERM, and was killed`);
    return passed(`it ended ${Math.round(clock.monotonic() - began)} ms after it was asked to`);
  },
};
