import { stripVTControlCharacters } from 'node:util';
import { CERTIFICATE_REMEDY, NETWORK_REMEDY, networkFailure } from './network-failure';
import { OTHER_ENGINES } from './engine-platform';

export interface Failure {
  reason: string;
  remedy: string;
  code?: string;
}

const REGISTRY = 'the npm registry';

/** Digests what npm printed into one line. Addresses never appear: a registry's may hold a user name and a password. */
export function npmFailure(output: string, exitCode: number | null, proxied = false): Failure {
  const code = /^npm (?:error|ERR!) code (\S+)/m.exec(output)?.[1];
  if (code === undefined) return unknown(output, exitCode);
  const network = networkFailure(code, {
    host: proxied ? `${REGISTRY} (or the proxy on the way there)` : REGISTRY,
  });
  if (network)
    return { code, reason: network.text, remedy: network.certificate ? CERTIFICATE_REMEDY : NETWORK_REMEDY };
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return { code, reason: 'there is no space left on the disk', remedy: 'Make room (about 200 MB)' };
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return {
        code,
        reason: `npm may not write where it must (${code}${pathOf(output)})`,
        remedy: 'Give this user the folder, or choose another data folder with RDZEN_DATA',
      };
    case 'EINTEGRITY':
      return {
        code,
        reason: `${REGISTRY} gave a package that differs from the locked one (EINTEGRITY)`,
        remedy:
          'Try again; if it stays, clear npm\'s cache ("npm cache clean --force") or use another registry',
      };
    case 'E401':
    case 'E403':
    case 'E407':
    case 'ENEEDAUTH':
      return {
        code,
        reason: `${REGISTRY} refuses this user (${code})`,
        remedy: 'Check the registry and its log-in in your .npmrc',
      };
    case 'E404':
    case 'ETARGET':
      return {
        code,
        reason: `${REGISTRY} does not have one of the engine's packages (${code})`,
        remedy: `Use a registry that mirrors all packages. ${OTHER_ENGINES}`,
      };
    case 'ENOTCACHED':
      return {
        code,
        reason: 'npm is set to work offline and does not have the packages (ENOTCACHED)',
        remedy: 'Turn "offline" off in your .npmrc for the first start',
      };
    default:
      return /^E5\d\d$/.test(code)
        ? { code, reason: `${REGISTRY} has trouble of its own (${code})`, remedy: 'Try again later' }
        : { ...unknown(output, exitCode), code };
  }
}

/** Without addresses, tokens and colours, in one line. */
export function harmless(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\w+:\/\/\S+/g, '<address>')
    .replace(/(_authToken|_auth|_password|token)\s*=\s*\S+/gi, '$1=<hidden>')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
}

function unknown(output: string, exitCode: number | null): Failure {
  const lines = output.split('\n').map((line) => /^npm (?:error|ERR!) (?!code )(.+)/.exec(line)?.[1]);
  const said = lines.find((line) => line !== undefined && !/complete log|^\s*at /.test(line));
  return {
    reason: said ? `npm says: ${harmless(said)}` : `npm ended with code ${exitCode ?? 'none (killed)'}`,
    remedy: `Try again. ${OTHER_ENGINES}`,
  };
}

function pathOf(output: string): string {
  const path = /^npm (?:error|ERR!) path (.+)$/m.exec(output)?.[1];
  return path === undefined ? '' : `: ${harmless(path)}`;
}
