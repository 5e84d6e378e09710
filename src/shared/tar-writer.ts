import { FIXED_SECONDS } from './fixed-time';

export interface TarEntry {
  /** Relative, with `/`, without a trailing one. */
  path: string;
  type: 'file' | 'directory' | 'symlink';
  /** Permissions only. */
  mode: number;
  size: number;
  /** Where a symbolic link points to. */
  target?: string;
  /** Number of a user and of a group; root where absent. */
  owner?: number;
}

const BLOCK = 512;
const TYPE = { file: '0', directory: '5', symlink: '2' } as const;

/**
 * The header of an entry in a POSIX archive: ustar, with a pax header before it where a name is too long or not ASCII.
 * The time is the same for all: {@link FIXED_SECONDS}. Source: POSIX.1-2017, `pax`.
 */
export function tarHeader(entry: TarEntry): Buffer {
  const name = entry.type === 'directory' ? `${entry.path}/` : entry.path;
  const { target = '' } = entry;
  const records: string[] = [];
  const split = fits(name) ? splitName(name) : undefined;
  if (!split) records.push(paxRecord('path', name));
  if (!fits(target) || target.length > 100) records.push(paxRecord('linkpath', target));
  if (entry.size >= 8 ** 11) records.push(paxRecord('size', String(entry.size)));
  const main = ustar(
    split ?? { name: cut(name), prefix: '' },
    { ...entry, size: Math.min(entry.size, 8 ** 11 - 1) },
    TYPE[entry.type],
    cut(target),
  );
  if (records.length === 0) return main;
  const body = Buffer.from(records.join(''));
  const pax = ustar(
    { name: cut(`PaxHeaders/${name}`), prefix: '' },
    { mode: 0o644, size: body.length },
    'x',
    '',
  );
  return Buffer.concat([pax, body, tarPadding(body.length), main]);
}

/** Fills the last block of a file of that size. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** Ends an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

function ustar(
  { name, prefix }: { name: string; prefix: string },
  { mode, size, owner = 0 }: { mode: number; size: number; owner?: number },
  type: string,
  target: string,
): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number): string => value.toString(8).padStart(length - 1, '0');
  header.write(name, 0, 100, 'ascii');
  header.write(octal(mode, 8), 100, 'ascii');
  header.write(octal(owner, 8), 108, 'ascii');
  header.write(octal(owner, 8), 116, 'ascii');
  header.write(octal(size, 12), 124, 'ascii');
  header.write(octal(FIXED_SECONDS, 12), 136, 'ascii');
  header.write(' '.repeat(8), 148, 'ascii');
  header.write(type, 156, 'ascii');
  header.write(target, 157, 100, 'ascii');
  header.write('ustar\u000000', 257, 'ascii');
  header.write(prefix, 345, 155, 'ascii');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 7)}\0 `, 148, 'ascii');
  return header;
}

/** A name of more than 100 signs goes into two fields, divided at a slash. */
function splitName(name: string): { name: string; prefix: string } | undefined {
  if (name.length <= 100) return { name, prefix: '' };
  const slash = name.lastIndexOf('/', Math.min(155, name.length - 2));
  const parts = { prefix: name.slice(0, slash), name: name.slice(slash + 1) };
  return slash > 0 && parts.name.length <= 100 ? parts : undefined;
}

function fits(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** For readers that do not know pax, which is none of today. */
function cut(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '_').slice(0, 100);
}

/** `length key=value\n`, where the length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

/** An archive of small files, all of one owner. Names are relative. */
export function tarOfTexts(files: Readonly<Record<string, string>>, owner: number): Buffer {
  const parts = Object.entries(files).flatMap(([path, text]) => {
    const content = Buffer.from(text);
    const size = content.length;
    return [tarHeader({ path, type: 'file', mode: 0o644, size, owner }), content, tarPadding(size)];
  });
  return Buffer.concat([...parts, TAR_END]);
}
