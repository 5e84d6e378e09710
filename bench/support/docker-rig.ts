import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const RIGS = join(resolve(__dirname, '../..'), 'test/rigs');
const PROGRAM = join(RIGS, 'docker.mjs');
/** Names of what the rig makes, by the variables in which the specs look for it. */
const VARIABLES = JSON.parse(readFileSync(join(RIGS, 'docker-variables.json'), 'utf8')) as Record<
  string,
  string
>;

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
  for (const [variable, key] of Object.entries(VARIABLES))
    if (typeof made[key] === 'string') process.env[variable] = made[key];
  if (made.started === undefined) return () => undefined;
  return () => void execFileSync(process.execPath, [PROGRAM, '--stop', JSON.stringify(made.started)]);
}
