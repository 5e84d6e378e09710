// `npm test` and `npm run test:<suite>`: sets up, builds, runs jest. What follows `--` goes to jest.
import { demandNode } from './lib/node-version.mjs';

demandNode();

const { existsSync, readdirSync } = await import('node:fs');
const { join } = await import('node:path');
const { ROOT, runNode } = await import('./lib/run.mjs');
const { ensureBuilt, ensureInstalled } = await import('./lib/setup.mjs');
const { SUITES } = await import('./lib/suites.mjs');

const { suiteName, jestArgs } = readArguments(process.argv.slice(2));
const suite = SUITES[suiteName];
if (!suite) fail(`There is no suite "${suiteName}"; there are: ${Object.keys(SUITES).join(', ')}.`);
if (suite.folder && !holdsSpecs(join(ROOT, suite.folder))) skip(`${suite.folder} holds no specs`);

await ensureInstalled();
await ensureBuilt();
const vendor = join(ROOT, 'test/vendor/install.mjs');
if (suite.vendor && existsSync(vendor)) {
  const { code } = await runNode(vendor, []);
  if (code !== 0) fail(`The vendor's packages for the contract tests could not be installed (code ${code}).`);
}
const rig = (await suite.rig?.()) ?? { env: {} };
if (rig.skip) skip(rig.skip);
if (rig.fail) fail(rig.fail);

const reporters = ['--reporters=default', `--reporters=${join(ROOT, 'scripts/closing-line-reporter.cjs')}`];
const { code } = await runNode(
  join(ROOT, 'node_modules/jest/bin/jest.js'),
  // Ours last: jest's list options swallow plain words that follow them.
  [...jestArgs, ...suite.jest, ...reporters],
  {
    env: { ...process.env, ...rig.env },
    stdin: 'inherit',
  },
);
await rig.close?.();
process.exit(code);

function readArguments(args) {
  const given = args.filter((arg) => arg !== '--');
  const flag = given.findIndex((arg) => arg === '--suite' || arg.startsWith('--suite='));
  if (flag === -1) return { suiteName: 'default', jestArgs: given };
  const inline = given[flag].split('=')[1];
  const [, name] = given.splice(flag, inline === undefined ? 2 : 1);
  return { suiteName: inline ?? name, jestArgs: given };
}

function holdsSpecs(folder) {
  return (
    existsSync(folder) &&
    readdirSync(folder, { recursive: true }).some((name) => String(name).endsWith('.spec.ts'))
  );
}

/** Loud, and a failure where a skipped suite must not pass for a good one. */
function skip(reason) {
  console.log(`\n*** SKIPPED suite ${suiteName}: ${reason}\n`);
  const demanded = process.env.CI === 'true' || Boolean(process.env.RDZEN_REQUIRE_SUITES);
  if (demanded) console.log('Skipping is a failure here, because CI or RDZEN_REQUIRE_SUITES is set.');
  console.log(demanded ? '0 passed, 1 failed, 0 skipped' : '0 passed, 0 failed, 1 skipped');
  process.exit(demanded ? 1 : 0);
}

function fail(reason) {
  console.error(reason);
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
}
