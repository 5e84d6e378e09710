import { type Check, notMeasured, passed, warned } from '../check';

const MOST_LOG_BYTES = 2 ** 20;

/** What it writes is a log, on either stream, and no flood. */
export const serviceOutput: Check = {
  number: 14,
  id: 'output',
  always: true,
  ask: ({ stand }) => {
    if (!stand.ran) return Promise.resolve(notMeasured('it said nothing'));
    const { logBytes } = stand;
    if (logBytes > MOST_LOG_BYTES)
      return Promise.resolve(warned(`it flooded its output: ${(logBytes / 1e6).toFixed(1)} MB`));
    return Promise.resolve(passed(`it wrote ${Math.ceil(logBytes / 1e3)} kB of log`));
  },
};
