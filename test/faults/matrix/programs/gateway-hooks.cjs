// Preloaded into the real gateway, and through it into its own cores, so that the product needs no code for what only
// a test can do to it from inside: wait at a crash point, jump its clock, block its event loop, exit with a code.
// GATEWAY_HOOKS: the folder by which the test says what and when.
const childProcess = require('node:child_process');
const { existsSync, readFileSync, renameSync, rmSync } = require('node:fs');
const { dirname, join } = require('node:path');

const CORE = 'embedded/core/main.js';
const EXIT_CODE = 3;
const LONGEST_WAIT_MS = 20_000;

const { NODE_OPTIONS, GATEWAY_HOOKS: folder, CORE_TOKENS_PER_SECOND } = process.env;
const [, program = ''] = process.argv;
let clockOffset = 0;

if (program.endsWith(CORE)) process.on('SIGUSR2', () => process.exit(EXIT_CODE));
else if (folder) hookGateway();

function hookGateway() {
  const { CrashPoints } = require(join(dirname(program), 'shared/crash-points.js'));
  CrashPoints.prototype.reach = waitWhereAsked;
  process.on('SIGUSR2', obey);
  shiftClock();
  const { spawn } = childProcess;
  childProcess.spawn = (command, args, options) =>
    spawn(command, args, isCore(args) ? { ...options, env: { ...options.env, ...forCores() } } : options);
}

const isCore = (args) => Array.isArray(args) && args.some((arg) => String(arg).endsWith(CORE));
const forCores = () => ({ NODE_OPTIONS, ...(CORE_TOKENS_PER_SECOND && { CORE_TOKENS_PER_SECOND }) });

/** A file of the point's name asks for it; renamed it says "here I am", and its removal "go on". Blocks everything. */
function waitWhereAsked(point) {
  const wish = join(folder, point);
  if (!existsSync(wish)) return;
  const here = `${wish}.reached`;
  renameSync(wish, here);
  const until = performance.now() + LONGEST_WAIT_MS;
  while (existsSync(here) && performance.now() < until) standStill(5);
  obey();
}

/** Does once what the file `order` says: {"jumpMs": n} or {"blockMs": n}. */
function obey() {
  const file = join(folder, 'order');
  if (!existsSync(file)) return;
  const { jumpMs = 0, blockMs = 0 } = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(file);
  clockOffset += jumpMs;
  if (blockMs > 0) standStill(blockMs);
}

function shiftClock() {
  const trueNow = Date.now;
  Date.now = () => trueNow() + clockOffset;
}

function standStill(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
