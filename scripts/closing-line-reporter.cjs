const { relative } = require('node:path');

/**
 * Ends a run with what failed, a line each, and the plain line that CI reads. A file that could not even be loaded counts
 * as one failure.
 */
module.exports = class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    for (const line of results.testResults.flatMap(failures)) process.stdout.write(`failed: ${line}\n`);
    process.stdout.write(`${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`);
  }
};

function failures({ testFilePath, testResults, testExecError }) {
  const file = relative(process.cwd(), testFilePath).replaceAll('\\', '/');
  if (testExecError) return [`${file} › could not be run: ${firstLine(testExecError.message)}`];
  return testResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) => `${file} › ${fullName}: ${firstLine(failureMessages[0])}`);
}

function firstLine(message = '') {
  // eslint-disable-next-line no-control-regex -- the colours of a terminal
  const plain = message.replace(/\u001B\[[0-9;]*m/g, '').trim();
  return plain.split('\n')[0].slice(0, 200);
}
