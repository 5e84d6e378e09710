import { posix } from 'node:path';
import { RdzenError } from '../../shared/rdzen-error';

/** What a package says of itself, as far as an image needs it; every word is its author's. */
export interface PackageFacts {
  name: string;
  version: string;
  /** Of the MCP server, reverse domain and name. */
  serverName: string;
  /** Whether the package itself gives that name. */
  serverNameGiven: boolean;
  title: string;
  description: string;
  license?: string;
  /** https address of its source. */
  source?: string;
  /** Program that is run, relative to the package: `dist/index.js`. */
  program: string;
}

type Given = Partial<Record<string, unknown>>;

const SERVER_NAME = /^[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+\/[a-zA-Z0-9._-]+$/;
const LONGEST = { title: 100, description: 300, license: 100 };

/**
 * @param given its package.json
 * @param wanted program, where it has several
 * @throws RdzenError PACK_NO_PROGRAM
 */
export function packageFacts(given: Given, wanted?: string): PackageFacts {
  const name = String(given['name']);
  const bare = name.replace(/^@[^/]*\//, '');
  const source = sourceOf(given['repository']);
  const { mcpName, license } = given;
  const serverNameGiven = typeof mcpName === 'string' && SERVER_NAME.test(mcpName) && mcpName.length <= 200;
  const owner = /^https:\/\/github\.com\/([\w-]+)\//.exec(source ?? '')?.[1];
  const licenses = typeof license === 'string' ? plain(license, LONGEST.license) : '';
  return {
    name,
    version: String(given['version']),
    serverName: serverNameGiven
      ? mcpName
      : owner
        ? `io.github.${owner.toLowerCase()}/${bare}`
        : `local.npm/${bare}`,
    serverNameGiven,
    title: plain(bare, LONGEST.title),
    description:
      plain(typeof given['description'] === 'string' ? given['description'] : '', LONGEST.description) ||
      `The MCP server of the npm package ${plain(name, LONGEST.title)}.`,
    ...(licenses !== '' && { license: licenses }),
    ...(source !== undefined && { source }),
    program: programOf(name, bare, given['bin'], wanted),
  };
}

function programOf(name: string, bare: string, bin: unknown, wanted: string | undefined): string {
  const programs = new Map(
    typeof bin === 'string'
      ? [[bare, bin]]
      : Object.entries((bin ?? {}) as Record<string, unknown>).filter(
          (entry): entry is [string, string] => typeof entry[1] === 'string',
        ),
  );
  const names = [...programs.keys()];
  const chosen = wanted ?? (programs.has(bare) ? bare : names.length === 1 ? names[0] : undefined);
  const path = chosen === undefined ? undefined : programs.get(chosen);
  if (path === undefined) {
    const [why, remedy] =
      names.length === 0
        ? [
            'it has no program (no "bin" in its package.json)',
            'It is a library; pack the server that uses it',
          ]
        : [
            `it has the programs ${names.join(', ')}${wanted ? `, and no ${wanted}` : ''}`,
            'Name one with --bin',
          ];
    throw new RdzenError('PACK_NO_PROGRAM', `${name} cannot be run: ${why}. ${remedy}.`);
  }
  const inside = posix.normalize(path.replaceAll('\\', '/'));
  if (inside.startsWith('..') || posix.isAbsolute(inside))
    throw new RdzenError(
      'PACK_NO_PROGRAM',
      `${name} cannot be run: its program ${JSON.stringify(path)} lies outside of the package. Do not use it.`,
    );
  return inside;
}

/** `git+https://github.com/a/b.git`, `git@github.com:a/b`, `github:a/b`, `a/b` as an https address. */
function sourceOf(repository: unknown): string | undefined {
  const given =
    typeof repository === 'object' && repository !== null ? (repository as Given)['url'] : repository;
  if (typeof given !== 'string') return undefined;
  const short = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(given)?.[1];
  const address = (short === undefined ? given : `https://github.com/${short}`)
    .replace(/^git\+/, '')
    .replace(/^(?:ssh:\/\/)?git@([^:/]+)[:/]/, 'https://$1/')
    .replace(/^git:\/\//, 'https://')
    .replace(/\.git(#.*)?$/, '');
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  return url.protocol === 'https:' && url.username === '' && address.length <= 300
    ? url.href.replace(/\/$/, '')
    : undefined;
}

/** In one line, without signs that nobody sees. */
function plain(text: string, most: number): string {
  return text
    .replace(/\p{Cf}/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, most)
    .trim();
}
