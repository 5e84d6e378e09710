import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';

export interface Program {
  command: string;
  args: readonly string[];
}

export interface NpmSearch {
  /** The running Node. */
  nodeProgram: string;
  environment: Readonly<Record<string, string | undefined>>;
  platform: string;
}

/**
 * npm as a program that needs no shell: the one that came with this Node, else the one that started us, else the one on
 * the PATH. @returns undefined where there is none.
 */
export function findNpm({ nodeProgram, environment, platform }: NpmSearch): Program | undefined {
  const besideNode = [
    join(dirname(nodeProgram), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(nodeProgram), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const starter = environment['npm_execpath'];
  const scripts = [...besideNode, ...(starter && basename(starter) === 'npm-cli.js' ? [starter] : [])];
  const script = scripts.find((path) => existsSync(path));
  if (script) return { command: nodeProgram, args: [script] };
  for (const folder of (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter)) {
    const found = folder === '' ? undefined : inFolder(folder, nodeProgram, platform);
    if (found) return found;
  }
  return undefined;
}

function inFolder(folder: string, nodeProgram: string, platform: string): Program | undefined {
  if (platform === 'win32') {
    const script = join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js');
    return existsSync(script) ? { command: nodeProgram, args: [script] } : undefined;
  }
  try {
    const path = join(folder, 'npm');
    accessSync(path, constants.X_OK);
    const real = realpathSync(path);
    return real.endsWith('npm-cli.js') ? { command: nodeProgram, args: [real] } : { command: path, args: [] };
  } catch {
    return undefined;
  }
}
