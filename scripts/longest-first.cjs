const TestSequencer = require('@jest/test-sequencer').default;

/** Parts of paths; whole programs and long virtual time take longest. */
const LONGEST = ['/test/simulation/', '/test/e2e/', '/test/components/', '/test/contract/'];

/**
 * The long specs begin first also where no earlier run has left its times, as on a clean checkout: begun last, one of them
 * would run alone at the end.
 */
module.exports = class LongestFirst extends TestSequencer {
  sort(tests) {
    const place = ({ path }) => {
      const index = LONGEST.findIndex((part) => path.replaceAll('\\', '/').includes(part));
      return index === -1 ? LONGEST.length : index;
    };
    return super.sort(tests).sort((a, b) => place(a) - place(b));
  }
};
