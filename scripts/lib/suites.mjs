import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT } from './run.mjs';

const OWN_COMMAND = ['faults', 'ollama', 'engine', 'browser', 'docker'];
/**
 * Real processes with deadlines: one spec at a time, or they starve each other. One worker and not jest's own process,
 * which could not be begun anew when it has grown.
 */
const only = (folder) => [`--testMatch=<rootDir>/${folder}/**/*.spec.ts`, '--maxWorkers=1'];
/**
 * Real models read a whole context as fast as the machine can: two slow processors were seen to take 24 s. What is promised
 * of times is asserted; this only ends a test that hangs.
 */
const withModel = (folder) => [...only(folder), '--testTimeout=120000'];

/**
 * What each suite runs. `rig` provides what is needed from outside:
 * {env} for the tests, with {close} where something has to be taken back | {skip: reason}: not to be had here |
 * {fail: reason}.
 */
export const SUITES = {
  default: {
    jest: [
      `--testPathIgnorePatterns=/node_modules/`,
      `--testPathIgnorePatterns=/test/(${OWN_COMMAND.join('|')})/`,
    ],
    vendor: true,
  },
  faults: { folder: 'test/faults', jest: only('test/faults') },
  ollama: { folder: 'test/ollama', jest: withModel('test/ollama'), rig: ollamaRig },
  engine: { folder: 'test/engine', jest: withModel('test/engine'), rig: engineRig },
  browser: { folder: 'test/browser', jest: only('test/browser'), rig: browserRig },
  docker: { folder: 'test/docker', jest: only('test/docker'), rig: dockerRig },
};

/** Exit code with which a rig says that what it makes cannot be had on this machine. */
const NOT_TO_BE_HAD = 3;

function ollamaRig() {
  return madeBy('test/rigs/ollama.mjs', {
    RDZEN_RIG_OLLAMA: 'ollama',
    RDZEN_RIG_MODELS: 'modelsDir',
    RDZEN_RIG_MODEL: 'model',
  });
}

function engineRig() {
  return madeBy('test/rigs/engine.mjs', { RDZEN_RIG_ENGINE: 'engineDir', RDZEN_RIG_GGUF: 'modelFile' });
}

/** Where the rig had to start an engine, it is ended with the suite. */
async function dockerRig() {
  const program = 'test/rigs/docker.mjs';
  const variables = JSON.parse(readFileSync(join(ROOT, 'test/rigs/docker-variables.json'), 'utf8'));
  const rig = await madeBy(program, variables);
  const started = rig.made?.started;
  if (!started) return rig;
  const close = () => lines(process.execPath, [join(ROOT, program), '--stop', JSON.stringify(started)]);
  return { ...rig, close };
}

/** Runs the program that makes a rig; `wanted`: variables of the tests by the names its last line, JSON, gives them. */
async function madeBy(program, wanted) {
  const { code, lastOut, lastErr } = await lines(process.execPath, [join(ROOT, program)]);
  if (code === NOT_TO_BE_HAD) return { skip: lastErr || lastOut || 'the rig gave no reason' };
  if (code !== 0) return { fail: `${program} failed with code ${code}: ${lastErr}` };
  try {
    const made = JSON.parse(lastOut);
    const given = Object.entries(wanted).filter(([, key]) => made[key] !== undefined);
    return { made, env: Object.fromEntries(given.map(([name, key]) => [name, made[key]])) };
  } catch {
    const keys = Object.values(wanted).join(', ');
    return { fail: `${program} must end with a line of JSON {${keys}}, not: ${lastOut}` };
  }
}

function browserRig() {
  const wished = process.env.RDZEN_RIG_CHROMIUM;
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const found = wished ? [wished].find(isProgram) : names.map(onPath).find(Boolean);
  if (found) return { env: { RDZEN_RIG_CHROMIUM: found } };
  return {
    skip: `no Chromium (${wished ?? names.join(', ')}): install it, or set RDZEN_RIG_CHROMIUM to its path`,
  };
}

const onPath = (name) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isProgram);

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Shows a program's stderr as it comes. @returns its exit code and the last line of each stream. */
function lines(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { out: '', err: '' };
    child.stdout.on('data', (chunk) => (text.out += chunk));
    child.stderr.on('data', (chunk) => {
      text.err += chunk;
      process.stderr.write(chunk);
    });
    const last = (stream) => stream.trim().split('\n').pop() ?? '';
    child.once('error', (error) => resolve({ code: 127, lastOut: '', lastErr: error.message }));
    child.once('close', (code) =>
      resolve({ code: code ?? 128, lastOut: last(text.out), lastErr: last(text.err) }),
    );
  });
}
