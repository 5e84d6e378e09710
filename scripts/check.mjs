// `npm run check`: types, lint, format, import rules, and that documents and code say the same.
import { demandNode } from './lib/node-version.mjs';

demandNode();

const { join } = await import('node:path');
const { ROOT, runNode } = await import('./lib/run.mjs');
const { ensureBuilt, ensureInstalled } = await import('./lib/setup.mjs');

const AT_ONCE = 2;
const bin = (path) => join(ROOT, 'node_modules', path);

await ensureInstalled();
await ensureBuilt();

// The longest first, so that the last to end is a short one.
const checks = [
  ['lint', bin('eslint/bin/eslint.js'), ['.', '--max-warnings', '0']],
  ['types', bin('typescript/bin/tsc'), ['--noEmit', '-p', 'tsconfig.json']],
  ['format', bin('prettier/bin/prettier.cjs'), ['--check', '--log-level', 'warn', '.']],
  [
    'imports',
    bin('dependency-cruiser/bin/dependency-cruise.mjs'),
    [
      'src',
      'test',
      '--config',
      '.dependency-cruiser.cjs',
      '--exclude',
      '^test/vendor/',
      '--output-type',
      'err',
    ],
  ],
  ['drift', join(ROOT, 'scripts/check-drift.mjs'), []],
];

const failed = [];
const queue = [...checks];
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let check = queue.shift(); check; check = queue.shift()) await perform(check);
  }),
);
console.log(
  failed.length === 0
    ? `check: all ${checks.length} are in order`
    : `check: ${failed.length} of ${checks.length} failed: ${failed.join(', ')}`,
);
process.exit(failed.length === 0 ? 0 : 1);

async function perform([name, file, args]) {
  const began = Date.now();
  const { code, output } = await runNode(file, args, { quiet: true });
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (code === 0) return;
  failed.push(name);
  console.log(`${output.trim()}\n`);
}
