import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const WITHIN_MS = 10 * 60_000;
const ROOT = resolve(__dirname, '../..');

/**
 * What a program of test/rigs made, or found made.
 *
 * @throws Error with the rig's own reason.
 */
export async function rig<T>(name: string): Promise<T> {
  const file = resolve(ROOT, 'test/rigs', `${name}.mjs`);
  if (!existsSync(file)) throw new Error(`there is no test/rigs/${name}.mjs`);
  const child = spawn(process.execPath, [file], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill(), WITHIN_MS);
  let out = '';
  let problem = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (problem += chunk.toString()));
  const code = await new Promise((ended) => child.once('close', ended));
  clearTimeout(timer);
  const last = (text: string): string => text.trim().split('\n').at(-1) ?? '';
  if (code !== 0) throw new Error(`test/rigs/${name}.mjs: ${last(problem)}`);
  return JSON.parse(last(out)) as T;
}
