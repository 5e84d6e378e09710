import type { ReportWords } from './report-text';

export const REPORT_EN: ReportWords = {
  locale: 'en-GB',
  title: (period) => `The last ${period}`,
  titleSince: (period, since) => `The last ${period}, of which I remember what was since ${since}`,
  alwaysAnswered: 'a core could always answer',
  alwaysWithStandIn: 'a core could always answer, and another take over',
  blackout: (time) => `no core could answer for ${time} in all`,
  single: (time) => `for ${time} in all one core could answer, and no other take over`,
  off: (time) => `Rdzen was switched off for ${time}`,
  slow: (core, time) => `core ${core} was slow for ${time}`,
  noSwitches: 'no switches',
  switches: (parts) => `switches: ${parts}`,
  automatic: (count) => `${count} because a core failed`,
  byHand: (count) => `${count} by hand`,
  planned: (count) => `${count} to a better core`,
  causes: {
    died: "the core's process died",
    stopped: "the core's process was stopped",
    paused: 'the core was paused',
    'cut-off': 'the core was cut off from its network',
    unreachable: 'the core broke the connection, or took none',
    silent: 'the core fell silent',
    hung: 'the core answered, but generated nothing',
    'model-missing': 'the core had no model',
    'not-up': 'the core did not come up',
    unconfigured: 'the core was taken out of the settings',
    slow: 'the core had become slow',
    preferred: 'the preferred core was back',
    other: 'another cause',
  },
  detected: (median, longest) =>
    `trouble was noticed within ${median}${longest ? ` (median), ${longest} at most` : ''}`,
  switched: (median, longest) =>
    `after that the switch took ${median}${longest ? ` (median), ${longest} at most` : ''}`,
  longestWait: (time) => `the longest that an answer stood still: ${time}`,
  noRepairs: 'no repairs',
  repairs: (count, parts) => `repairs: ${count} (${parts})`,
  steps: {
    unload: 'model unloaded',
    restart: 'restart',
    recreate: 'set up anew',
    model: 'model brought again',
    'last-good': 'last good version',
  },
  answers: ({ given, continued, restarted, fenced }, since) =>
    `answers${since ? ` since ${since}` : ''}: ${given}; continued after a break: ${continued}, begun anew: ${restarted}, too late and dropped: ${fenced}`,
};
