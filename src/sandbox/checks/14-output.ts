import { VIOLATIONS } from '../../mcp/frame-reader';
import { visibleExcerpt } from '../../mcp/visible-excerpt';
import { type Check, notMeasured, passed, warned } from './check';

const MOST_LOG_BYTES = 2 ** 20;

/** On stdout of the first container: messages and nothing else, and answers only to what was asked; on stderr, no flood. */
export const output: Check = {
  number: 14,
  id: 'output',
  always: true,
  ask: ({ hygiene }) => {
    if (!hygiene) return Promise.resolve(notMeasured('it said nothing'));
    const { transport, strays } = hygiene;
    const counted = VIOLATIONS.map((kind) => [kind, transport.count(kind)] as const).filter(
      ([, count]) => count > 0,
    );
    const problems = [
      ...counted.map(
        ([kind, count]) =>
          `${lines(count)} of its output ${count === 1 ? 'is no message' : 'are no messages'} (${kind})`,
      ),
      ...(strays > 0 ? [`${strays} messages answer nothing that was asked`] : []),
      ...(transport.logBytes > MOST_LOG_BYTES
        ? [`it flooded its error output: ${(transport.logBytes / 1e6).toFixed(1)} MB`]
        : []),
    ];
    const [first] = problems;
    if (first === undefined) return Promise.resolve(passed('nothing but messages on its output'));
    const seen = transport.violations.slice(0, 5).map(({ detail }) => visibleExcerpt(detail));
    return Promise.resolve(warned(first, [...problems.slice(1), ...seen]));
  },
};

const lines = (count: number): string => `${count} ${count === 1 ? 'line' : 'lines'}`;
