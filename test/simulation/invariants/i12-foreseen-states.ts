import type { Invariant, Verdict } from './invariant';

/** What `CoreRegistry` says of a change of state that is no row of CORE_TRANSITIONS. */
const UNFORESEEN = 'which no rule foresees';

/** I12: a core goes only the ways that the table of transitions has. */
export const FORESEEN_STATES: Invariant = {
  name: 'I12 states change by the table',

  onLine(line: string): Verdict {
    return line.includes(UNFORESEEN) ? line : undefined;
  },
};
