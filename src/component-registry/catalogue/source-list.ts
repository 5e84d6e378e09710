import { isAbsolute } from 'node:path';
import { boundedJson, DocumentRefused } from './bounded-json';
import type { EntryOrigin } from './catalogue-entry';
import { isPublicKey } from './signature';
import type { Trust } from './trust';

export const SOURCE_KINDS = ['folder', 'https', 'oci'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** Where entries come from. */
export interface CatalogueSource extends EntryOrigin {
  kind: SourceKind;
  /** A folder; an address of JSON; a registry's repository with a tag. */
  location: string;
}

/** One that cannot be used as it is configured. */
export interface WrongSource {
  name: string;
  problem: string;
}

export interface SourceList {
  /** Whether what comes with the program is offered. */
  shipped: boolean;
  sources: CatalogueSource[];
  wrong: WrongSource[];
  /** Why nothing of the list could be read. */
  problem?: string;
}

export const SHIPPED = 'shipped';
const MOST_SOURCES = 20;
const BOUNDS = { most: 64 * 1024, deepest: 6 };
const FIELDS = ['name', 'kind', 'location', 'publicKey', 'trust'];

/**
 * Reads `catalogue/sources.json` of the data folder:
 * `{"shipped": true, "sources": [{"name", "kind", "location", "publicKey", "trust"}]}`. A source that is wrong is left out
 * and named, and the others are used.
 */
export function readSourceList(text: string | undefined): SourceList {
  const none: SourceList = { shipped: true, sources: [], wrong: [] };
  if (text === undefined) return none;
  let list: unknown;
  try {
    list = boundedJson(text, BOUNDS);
  } catch (error) {
    if (error instanceof DocumentRefused) return { ...none, problem: error.message };
    throw error;
  }
  if (!isObject(list)) return { ...none, problem: 'It is no object with "sources".' };
  const { shipped = true, sources = [], ...others } = list;
  const [foreign] = Object.keys(others);
  if (foreign !== undefined)
    return { ...none, problem: `There is no "${foreign.slice(0, 40)}"; there are "shipped" and "sources".` };
  if (typeof shipped !== 'boolean') return { ...none, problem: '"shipped" is neither true nor false.' };
  if (!Array.isArray(sources)) return { ...none, shipped, problem: '"sources" is no list.' };
  if (sources.length > MOST_SOURCES)
    return { ...none, shipped, problem: `It names more than ${MOST_SOURCES} sources.` };
  const taken: SourceList = { shipped, sources: [], wrong: [] };
  for (const [index, given] of sources.entries()) {
    const source = sourceOf(given, index);
    if ('problem' in source) taken.wrong.push(source);
    else if (source.name === SHIPPED || taken.sources.some(({ name }) => name === source.name))
      taken.wrong.push({ name: source.name, problem: 'The name is taken. Give it another one.' });
    else taken.sources.push(source);
  }
  return taken;
}

function sourceOf(given: unknown, index: number): CatalogueSource | WrongSource {
  const at = `source ${index + 1}`;
  if (!isObject(given)) return { name: at, problem: 'It is no object.' };
  const { name, kind, location, publicKey, trust } = given;
  if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9-]{0,39}$/.test(name))
    return { name: at, problem: 'Its name has to be small letters, digits and hyphens, at most 40.' };
  const wrong = (problem: string): WrongSource => ({ name, problem });
  const foreign = Object.keys(given).find((field) => !FIELDS.includes(field));
  if (foreign !== undefined)
    return wrong(`It has no "${foreign.slice(0, 40)}"; the fields are ${FIELDS.join(', ')}.`);
  if (!SOURCE_KINDS.some((known) => known === kind))
    return wrong(`Its kind is one of ${SOURCE_KINDS.join(', ')}.`);
  if (trust !== 'trusted' && trust !== 'untrusted') return wrong('Its trust is "trusted" or "untrusted".');
  const problem = locationProblem(kind as SourceKind, location);
  if (problem !== undefined) return wrong(problem);
  if (publicKey === undefined) {
    if (trust === 'trusted')
      return wrong('A trusted source needs a publicKey; without one it can only be "untrusted".');
  } else if (typeof publicKey !== 'string' || !isPublicKey(publicKey))
    return wrong('Its publicKey is not an Ed25519 key: 32 bytes in base64.');
  return {
    name,
    kind: kind as SourceKind,
    location: location as string,
    trust: trust satisfies Trust,
    ...(publicKey !== undefined && { publicKey }),
  };
}

function locationProblem(kind: SourceKind, location: unknown): string | undefined {
  if (typeof location !== 'string' || location === '' || location.length > 500)
    return 'It has no location, or one of more than 500 characters.';
  if (kind === 'folder') return isAbsolute(location) ? undefined : 'Its location is an absolute path.';
  if (kind === 'oci')
    return /^[a-z0-9.-]+(:\d+)?\/[a-z0-9._/-]+:[\w.-]{1,128}$/.test(location)
      ? undefined
      : 'Its location is a registry, a repository and a tag: registry.example.org/catalogue:1.';
  const url = URL.canParse(location) ? new URL(location) : undefined;
  const near = url !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && near)))
    return 'Its location is an address that begins with https://.';
  return url.username || url.password
    ? 'Its location holds a user name or password, and locations are shown to people.'
    : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
