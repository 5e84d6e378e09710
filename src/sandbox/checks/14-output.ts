import { VIOLATIONS } from '../../mcp/frame-reader';
import { visibleExcerpt } from '../../mcp/visible-excerpt';
import { type Check, notMeasured, passed, warned } from './check';

/** On stdout of the first container: messages and nothing else, and answers only to what was asked. */
export const output: Check = {
  number: 14,
  id: 'output',
  always: true,
  ask: ({ hygiene }) => {
    if (!hygiene) return Promise.resolve(notMeasured('it said nothing'));
    const counted = VIOLATIONS.map((kind) => [kind, hygiene.transport.count(kind)] as const).filter(
      ([, count]) => count > 0,
    );
    const [first] = counted;
    if (first !== undefined)
      return Promise.resolve(
        warned(
          `${first[1]} lines of its output are no messages (${first[0]})`,
          hygiene.transport.violations
            .slice(0, 5)
            .map(({ kind, detail }) => `${kind}: ${visibleExcerpt(detail)}`),
        ),
      );
    if (hygiene.strays > 0)
      return Promise.resolve(warned(`${hygiene.strays} messages answer nothing that was asked`));
    return Promise.resolve(passed('nothing but messages on its output'));
  },
};
