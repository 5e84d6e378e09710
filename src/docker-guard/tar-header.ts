/** What no archive may hold; the message goes on in the refusal. */
export class TarRefused extends Error {}

export interface TarHeader {
  kind: 'file' | 'folder' | 'pax';
  path: string;
  /** Without the bits of the kind. */
  mode: number;
  size: number;
}

/** Of the records before a header, those that say something else than it. */
export interface PaxRecords {
  path?: string;
  size?: number;
}

const KINDS: Readonly<Record<string, TarHeader['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '5': 'folder',
  x: 'pax',
};
const PAX_KEYS = ['path', 'size', 'mtime', 'atime', 'ctime', 'uid', 'gid', 'uname', 'gname'];
const CHECKSUM = { at: 148, length: 8 };

/** @throws TarRefused of everything but plain files, folders and their pax records, in the one spelling of POSIX */
export function readHeader(block: Buffer): TarHeader {
  const text = (at: number, length: number): string => {
    const field = block.toString('utf8', at, at + length);
    const end = field.indexOf('\0');
    return end === -1 ? field : field.slice(0, end);
  };
  // GNU's own form has other fields in the place of these.
  if (block.toString('latin1', 257, 265) !== 'ustar\x0000') throw new TarRefused('what is no POSIX archive');
  const octal = (at: number, length: number): number => {
    const [, digits] = /^ *([0-7]{1,12})[ \0]*$/.exec(block.toString('latin1', at, at + length)) ?? [];
    if (digits === undefined) throw new TarRefused('a number that is none');
    return parseInt(digits, 8);
  };
  const sum = block.reduce(
    (total, byte, at) => total + (at >= CHECKSUM.at && at < CHECKSUM.at + CHECKSUM.length ? 32 : byte),
    0,
  );
  if (octal(CHECKSUM.at, CHECKSUM.length) !== sum) throw new TarRefused('a header with a wrong sum');
  const kind = KINDS[block.toString('latin1', 156, 157)];
  if (!kind) throw new TarRefused('a link, a device or another thing that is no file and no folder');
  if (text(157, 100) !== '') throw new TarRefused('a file that links to another');
  const [name, prefix] = [text(0, 100), text(345, 155)];
  const path = prefix === '' ? name : `${prefix}/${name}`;
  return { kind, path, mode: octal(100, 8) & 0o7777, size: octal(124, 12) };
}

/** @throws TarRefused of records that say more than name, size, owner and time */
export function readPax(body: Buffer): PaxRecords {
  const found = new Map<string, string>();
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(' ', at);
    const length = Number(body.toString('latin1', at, space));
    const record = body.toString('utf8', space + 1, at + length);
    const [, key = '', value = ''] = /^([^=]*)=([^\0]*)\n$/.exec(record) ?? [];
    const fits = space > at && Number.isInteger(length) && length > 0 && at + length <= body.length;
    if (!fits || !PAX_KEYS.includes(key) || found.has(key))
      throw new TarRefused('a description that says more than name, size, owner and time');
    found.set(key, value);
    at += length;
  }
  const [path, size] = [found.get('path'), found.get('size')];
  if (size !== undefined && !/^\d{1,12}$/.test(size)) throw new TarRefused('a number that is none');
  return { ...(path === undefined ? {} : { path }), ...(size === undefined ? {} : { size: Number(size) }) };
}

/** Below the place where it is unpacked, and spelt so that everybody reads the same. */
export function isPlainPath(path: string): boolean {
  if (path === './' || path === '.') return true;
  const names = path.replace(/^\.\//, '').replace(/\/$/, '').split('/');
  return (
    path.length <= 1_024 && names.every((name) => !['', '.', '..'].includes(name) && !/[\0\\]/.test(name))
  );
}
