export type Verdict = 'pass' | 'pass_with_warnings' | 'fail' | 'inconclusive';

export interface ExpectedVerdict {
  verdict: Verdict;
  /** The check of a trial that must find it; others may find it as well. */
  check?: number;
  why: string;
  /** What a person must be able to read in that check's detail. */
  says?: RegExp;
}

const WARN = 'pass_with_warnings';

/**
 * How the trial of each component must end. Checks: 1 image, 2 start, 3 protocol, 4 list of tools, 5 text of tools,
 * 6 declared calls, 7 bad input, 8 undeclared effects, 9 resources, 10 latency, 11 egress, 12 concurrency, 14 output,
 * 15 stability, 17 stop.
 */
export const TABLE: readonly [string, Verdict, number | undefined, string, RegExp?][] = [
  // Nothing to be found, by a trial.
  ['good', 'pass', undefined, 'it keeps every promise'],
  ['environment-reader', 'pass', undefined, 'there is nothing of ours in its reach; the answer shows it'],
  ['rug-pull-later', 'pass', undefined, 'only the comparison of hashes after its installation can find it'],

  // It does not start, or is not what it says.
  ['wrong-label', 'fail', 1, 'its image carries the name of another component', /label|name/i],
  ['image-volume', 'fail', 1, 'its image gives it a place to write that nobody approved', /volume/i],
  ['exit-at-start', 'fail', 2, 'it exits with 1, and stderr says why', /1/],
  ['hang-at-start', 'fail', 2, 'there is no answer to initialize within its own limit'],
  ['wrong-protocol', 'fail', 3, 'there is no such version of MCP', /1999-12-31/],

  // Its list of tools.
  ['undeclared-tool', 'fail', 4, 'one tool more than its manifest', /run_command/],
  ['missing-tool', 'fail', 4, 'one tool less than its manifest', /forget_all/],
  ['duplicate-tools', 'fail', 4, 'two tools of one name', /add/],
  ['illegal-names', 'fail', 4, 'names that no tool may have'],
  ['many-tools', 'fail', 4, '1,000 undeclared tools, more than 64 KB of text'],
  ['endless-pages', 'fail', 4, 'a list without end is given up after 64 pages'],
  ['schema-circle', 'fail', 4, 'a reference in a circle', /circle/],
  ['schema-deep', 'fail', 4, 'nested 1,000 levels deep; the frame itself is refused'],
  ['schema-nested', 'fail', 4, 'nested more than 12 levels deep', /level|nested|deep/],
  ['schema-wide', 'fail', 4, '5,000 properties; more than 32 KiB'],
  ['schema-remote', 'fail', 4, 'a reference to another server, which nobody fetches'],
  ['injected-text', WARN, 5, 'texts that give orders to the model, for a person to read'],
  ['invisible-text', WARN, 5, 'signs that nobody sees, for a person to be told of'],

  // Its calls.
  ['schema-pattern', 'fail', 6, 'to check the argument takes for ever; it is ended'],
  ['exit-in-call', 'fail', 6, 'it exits with 7 in a declared call'],
  ['hang-in-call', 'fail', 6, 'a declared call is not answered'],
  ['slow-call', 'fail', 6, 'a declared call takes longer than it may'],
  ['lying-result', 'fail', 6, 'the result does not fit the output schema'],
  ['huge-result', 'fail', 6, 'more than 256 KB in one answer'],
  ['giant-frame', 'fail', 6, 'an answer of 64 MiB is dropped, and counts as none'],
  ['endless-frame', 'fail', 6, 'an answer without end is dropped, and counts as none'],
  ['wrong-content', 'fail', 6, 'content of no known kind'],
  ['needs-egress', 'fail', 6, 'it wants the network and its manifest does not say so', /egress|network/i],
  ['egress-declared', WARN, 11, 'what it does with the network could not be shown', /egress|network/i],
  ['evil-egress', WARN, 11, 'it tries the network, reaches nothing, and has not said so', /egress|network/i],
  ['breaks-on-bad-input', WARN, 7, 'an argument of the wrong type ends it'],
  ['disk-bomb', WARN, 8, 'the scratch folder is full, and nothing else'],
  ['sluggish', WARN, 10, 'calls take more than a tenth of what they may'],
  ['crash-under-load', WARN, 12, 'four calls at once end it'],

  // What it takes of the machine.
  ['fork-bomb', 'fail', 9, 'as many processes as it may have'],
  ['memory-bomb', 'fail', 9, 'killed for its memory; the call has no answer', /memory|oom/i],
  ['memory-bomb-child', 'fail', 9, 'only the oom event shows it: all answers are right', /memory|oom/i],
  ['busy-loop', 'fail', 9, 'computes while nobody asks it anything'],

  // What it writes besides its answers, which are right.
  ['invalid-json', WARN, 14, 'lines on stdout that are no messages'],
  ['invalid-utf8', WARN, 14, 'lines on stdout that are no text'],
  ['odd-ids', WARN, 14, 'answers twice, and under ids that nobody gave'],
  ['unasked-answers', WARN, 14, 'answers to what was not asked'],
  ['log-bomb', WARN, 14, 'megabytes of error output; what is kept of it is bounded', /flooded/],
  ['notification-flood', WARN, 14, '10,000 notifications a second, most of them dropped'],

  // Its constancy, and its end.
  ['rug-pull-after-lists', 'fail', 15, 'the second list has another description and schema', /remember/],
  ['rug-pull-by-boot', 'fail', 15, 'the second container tells another description', /remember/],
  ['deaf-to-stop', WARN, 17, 'it ends only by SIGKILL'],
];
