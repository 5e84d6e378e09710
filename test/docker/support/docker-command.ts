import { execFile } from 'node:child_process';

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** The docker program with the rig's DOCKER_HOST and DOCKER_CONFIG; never fails by itself. */
export function tryDocker(
  args: string[],
  options: { env?: Record<string, string>; timeoutMs?: number } = {},
) {
  const { env = {}, timeoutMs = 120_000 } = options;
  return new Promise<CommandResult>((done) => {
    execFile(
      'docker',
      args,
      { env: { ...process.env, ...env }, timeout: timeoutMs, maxBuffer: 64 * 2 ** 20 },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 128) : 0;
        done({ code, stdout: stdout.trim(), stderr: stderr.trim() });
      },
    );
  });
}

/** @returns stdout, trimmed. @throws Error with the program's own words. */
export async function docker(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await tryDocker(args);
  if (code !== 0)
    throw new Error(`docker ${args.slice(0, 3).join(' ')} ended with ${code}: ${stderr || stdout}`);
  return stdout;
}
