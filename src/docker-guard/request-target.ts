import { malformed } from './refusal';

export interface RequestTarget {
  /** `v1.41` where the client asked for one. */
  version?: string;
  /** Without the version. */
  path: string;
  query: ReadonlyMap<string, readonly string[]>;
}

const RULE = 'request.target';
/** Docker's own names need no more; an encoded character could mean one thing here and another there. */
const PATH = /^(?:\/[A-Za-z0-9_:@.-]+)+$/;
const VERSION = /^\/(v1\.(\d{1,3}))(\/.*)$/;
/** Before API 1.24 a start took a whole HostConfig. */
const OLDEST_MINOR = 24;

/** @throws Refusal of every spelling but the plain one: absolute form, encoded, doubled or dotted segments, old versions */
export function parseTarget(url: string): RequestTarget {
  const [whole = '', ...rest] = url.split('?');
  const query = rest.join('?');
  if (!PATH.test(whole))
    throw malformed(RULE, 'the path has characters or empty segments that no Docker call has');
  if (whole.split('/').some((segment) => segment === '.' || segment === '..'))
    throw malformed(RULE, 'the path has dot segments');
  if (query.includes('#')) throw malformed(RULE, 'the target has a fragment');
  const [, version, minor, path = whole] = VERSION.exec(whole) ?? [];
  if (version !== undefined && Number(minor) < OLDEST_MINOR)
    throw malformed(RULE, `API version ${version} is older than v1.${OLDEST_MINOR}`);
  if (VERSION.test(path)) throw malformed(RULE, 'the path has two versions');
  return { ...(version === undefined ? {} : { version }), path, query: parseQuery(query) };
}

function parseQuery(text: string): Map<string, string[]> {
  const query = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(text)) query.set(key, [...(query.get(key) ?? []), value]);
  return query;
}
