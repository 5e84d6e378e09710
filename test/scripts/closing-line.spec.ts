import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const REPORTER = join(__dirname, '../../scripts/closing-line-reporter.cjs');

describe('the closing line', () => {
  it('counts a file that could not be loaded as failed, and todos as skipped', () => {
    const results = {
      numPassedTests: 41,
      numFailedTests: 2,
      numRuntimeErrorTestSuites: 1,
      numPendingTests: 3,
      numTodoTests: 1,
    };
    const program = `new (require(${JSON.stringify(REPORTER)}))().onRunComplete(new Set(), ${JSON.stringify(results)})`;
    const { stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
    expect(stdout).toBe('41 passed, 3 failed, 4 skipped\n');
  });
});
