import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const REPORTER = join(__dirname, '../../scripts/closing-line-reporter.cjs');

function closing(results: object): string {
  const program = `new (require(${JSON.stringify(REPORTER)}))().onRunComplete(new Set(), ${JSON.stringify(results)})`;
  return spawnSync(process.execPath, ['-e', program], { encoding: 'utf8', cwd: '/' }).stdout;
}

describe('the closing line', () => {
  it('counts a file that could not be loaded as failed, and todos as skipped', () => {
    const results = {
      numPassedTests: 41,
      numFailedTests: 2,
      numRuntimeErrorTestSuites: 1,
      numPendingTests: 3,
      numTodoTests: 1,
      testResults: [],
    };
    expect(closing(results)).toBe('41 passed, 3 failed, 4 skipped\n');
  });

  it('stands below what failed, a line each', () => {
    const results = {
      numPassedTests: 1,
      numFailedTests: 1,
      numRuntimeErrorTestSuites: 1,
      numPendingTests: 0,
      numTodoTests: 0,
      testResults: [
        {
          testFilePath: '/src/a.spec.ts',
          testResults: [
            { status: 'passed', fullName: 'a works', failureMessages: [] },
            {
              status: 'failed',
              fullName: 'a holds',
              failureMessages: ['\u001B[31mError: late\u001B[39m\n  at x'],
            },
          ],
        },
        {
          testFilePath: '/src/b.spec.ts',
          testResults: [],
          testExecError: { message: 'no such module\nat y' },
        },
      ],
    };
    expect(closing(results).split('\n')).toEqual([
      'failed: src/a.spec.ts › a holds: Error: late',
      'failed: src/b.spec.ts › could not be run: no such module',
      '1 passed, 2 failed, 0 skipped',
      '',
    ]);
  });
});
