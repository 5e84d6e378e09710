import { type Check, notMeasured, passed, warned } from '../check';

const GRACE_MS = 5_000;
const KILLED = 137;

/** It ends when it is asked to: by SIGTERM. */
export const serviceStop: Check = {
  number: 17,
  id: 'stop',
  ask: async ({ stand, clock }) => {
    if (!stand.running) return notMeasured('it does not run');
    const { container } = stand.running;
    const began = clock.monotonic();
    await container.stop(GRACE_MS);
    const ms = Math.round(clock.monotonic() - began);
    const state = await container.inspect();
    return state?.exitCode === KILLED
      ? warned(`it did not end within ${GRACE_MS / 1000} s after it was asked to, and was killed`)
      : passed(`it ended ${ms} ms after it was asked to`);
  },
};
