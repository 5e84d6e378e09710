import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const PROGRAM = join(resolve(__dirname, '../..'), 'test/rigs/docker.mjs');
const VARIABLES: Readonly<Record<string, string>> = {
  base: 'RDZEN_RIG_IMAGE_BASE',
  shell: 'RDZEN_RIG_IMAGE_SHELL',
  rdzen: 'RDZEN_RIG_IMAGE_RDZEN',
  core: 'RDZEN_RIG_IMAGE_CORE',
  chat: 'RDZEN_RIG_IMAGE_CHAT',
  ollama: 'RDZEN_RIG_IMAGE_OLLAMA',
  modelsDir: 'RDZEN_RIG_MODELS',
  model: 'RDZEN_RIG_MODEL',
  host: 'DOCKER_HOST',
  config: 'DOCKER_CONFIG',
};

/**
 * Images and Compose as the Docker specs have them; what takes them finds them in the environment.
 *
 * @returns ends the engine, where one was started for this
 * @throws Error that says what is missing
 */
export function provideDocker(): () => void {
  const out = execFileSync(process.execPath, [PROGRAM], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const made = JSON.parse(out.trim().split('\n').pop() ?? '') as Record<string, unknown>;
  for (const [key, variable] of Object.entries(VARIABLES))
    if (typeof made[key] === 'string') process.env[variable] = made[key];
  if (made.started === undefined) return () => undefined;
  return () => void execFileSync(process.execPath, [PROGRAM, '--stop', JSON.stringify(made.started)]);
}
