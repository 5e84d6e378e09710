import { EngineUnavailable } from './engine-unavailable';
import { OTHER_ENGINES } from './engine-platform';
import { harmless } from './npm-failure';
import { runProgram, type ProgramRun } from './program-run';

/** The Mac build for Apple silicon exists with Metal only; layers stay on the CPU unless the core asks otherwise. */
const SCRIPT = `
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const within = createRequire(join(process.argv[1], 'package.json'));
const gpu = process.platform === 'darwin' && process.arch === 'arm64' ? 'metal' : false;
(async () => {
  const engine = await import(pathToFileURL(within.resolve('node-llama-cpp')).href);
  const llama = await engine.getLlama({
    gpu, build: 'never', skipDownload: true, progressLogs: false, maxThreads: 1, logLevel: 'error',
  });
  await llama.dispose();
  console.log('PROOF ' + JSON.stringify({ ok: true }));
  process.exit(0);
})().catch((error) => {
  console.log('PROOF ' + JSON.stringify({ name: error?.name, message: String(error?.message ?? error) }));
  process.exit(1);
});
`;
const QUIET_MS = 60_000;

/**
 * Loads the installed engine once, in a process of its own: it may be built for newer libraries or another processor.
 * @throws EngineUnavailable
 */
export async function proveEngine(
  engineDir: string,
  nodeProgram: string,
  run: Pick<ProgramRun, 'env' | 'clock' | 'signal'>,
): Promise<void> {
  const args = ['-e', SCRIPT, engineDir];
  const { code, output } = await runProgram({ ...run, command: nodeProgram, args, quietMs: QUIET_MS });
  const said = /^PROOF (.+)$/m.exec(output)?.[1];
  const verdict =
    said === undefined ? {} : (JSON.parse(said) as { ok?: boolean; name?: string; message?: string });
  if (verdict.ok) return;
  if (verdict.name === 'NoBinaryFoundError')
    throw new EngineUnavailable(
      'The built-in engine has no build that runs on this machine (its processor or its C library is too old)',
      OTHER_ENGINES,
    );
  const how = verdict.message ? harmless(verdict.message) : `it ended with code ${code ?? 'none (killed)'}`;
  throw new EngineUnavailable(
    `The built-in engine was installed but does not load here: ${how}`,
    OTHER_ENGINES,
  );
}
