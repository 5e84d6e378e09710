import { lintManifest } from '../manifest/lint-manifest';
import { blockOf, type Manifest } from '../manifest/manifest';
import { boundedJson, DocumentRefused } from './bounded-json';
import { contentHash, isSignedBy } from './signature';
import type { Trust } from './trust';

/** A manifest may have 256 KiB in 24 levels; around it stand a signature and a name. */
const BOUNDS = { most: 288 * 1024, deepest: 28 };
const LONGEST_REVIEWER = 100;
const NAME = /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/;

/** Of a source, what its entries are judged by. */
export interface EntryOrigin {
  name: string;
  trust: Trust;
  /** 32 bytes of Ed25519 in base64; undefined only where the trust is `untrusted`. */
  publicKey?: string;
}

/** One component in one version, as a source offers it. */
export interface CatalogueEntry {
  manifest: Manifest;
  source: string;
  trust: Trust;
  /** Whether its signature was checked. */
  signed: boolean;
  reviewer?: string;
  /** SHA-256 in hex of all of the manifest. */
  content: string;
  /** SHA-256 in hex of what is run: the package, and the digest or integrity. */
  image: string;
}

/** Of what a source offers, one that is not taken. */
export interface RefusedEntry {
  source: string;
  /** Where it stands in the source: a file, an address, a number. */
  place?: string;
  /** Of the component, as far as it can be told. */
  name?: string;
  version?: string;
  reason: string;
}

/**
 * Reads one entry of a source. Nothing of it is believed before its signature is right.
 *
 * @param text JSON, `{"manifest": {...}, "reviewer": "...", "signature": "<base64>"}`; what is signed is all the rest
 */
export function readEntry(text: string, source: EntryOrigin, place?: string): CatalogueEntry | RefusedEntry {
  const refused = (reason: string, name?: string, version?: string): RefusedEntry => ({
    source: source.name,
    ...(place !== undefined && { place }),
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    reason,
  });
  let entry: unknown;
  try {
    entry = boundedJson(text, BOUNDS);
  } catch (error) {
    if (error instanceof DocumentRefused) return refused(error.message);
    throw error;
  }
  if (!isObject(entry) || !isObject(entry.manifest)) return refused('It holds no manifest.');
  const [name, version] = [namedIn(entry.manifest.name, NAME), namedIn(entry.manifest.version, /^[\w.+-]+$/)];
  const problem = untrustworthy(entry, source);
  if (problem !== undefined) return refused(problem, name, version);
  // As text again, so that lines in what it finds mean something where somebody looks.
  const { manifest, problems } = lintManifest(JSON.stringify(entry.manifest, null, 2));
  const [first] = problems.filter(({ severity }) => severity === 'error');
  if (!manifest)
    return refused(
      `Its manifest is wrong: ${first?.wrong ?? 'unknown'}. ${first?.write ?? ''}`.trim(),
      ...[name, version],
    );
  const [given] = manifest.packages;
  if (given.registryType === 'npm' && source.trust !== 'shipped')
    return refused(
      'It names a package of npm and no image. Only what comes with Rdzen may be packed here; others have to name an image by its digest.',
      ...[name, version],
    );
  const { digest, provenance } = blockOf(manifest);
  return {
    manifest,
    source: source.name,
    trust: source.trust,
    signed: source.publicKey !== undefined,
    ...(typeof entry.reviewer === 'string' && { reviewer: entry.reviewer }),
    content: contentHash(manifest),
    image: contentHash([given, digest ?? null, given.registryType === 'npm' ? provenance?.integrity : null]),
  };
}

/** @returns why it is not believed */
function untrustworthy(
  entry: Record<string, unknown>,
  { name, trust, publicKey }: EntryOrigin,
): string | undefined {
  const { signature, ...signed } = entry;
  if (publicKey === undefined) {
    if (trust !== 'untrusted') return `The source ${name} has no key to check it with.`;
  } else {
    if (typeof signature !== 'string') return `It is not signed, and ${name} signs all it offers.`;
    if (!isSignedBy(signed, signature, publicKey))
      return `Its signature is not that of ${name}: it was changed after it was signed, or somebody else signed it.`;
  }
  const foreign = Object.keys(signed).find((field) => !['manifest', 'reviewer'].includes(field));
  if (foreign !== undefined)
    return 'It has fields that no entry has; there are manifest, reviewer and signature.';
  const { reviewer } = signed;
  if (reviewer !== undefined && (typeof reviewer !== 'string' || !/^[^\p{C}]{1,100}$/u.test(reviewer)))
    return `Its reviewer is no name of at most ${LONGEST_REVIEWER} characters.`;
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What nobody has checked is shown only where it looks like what it should be. */
function namedIn(value: unknown, shape: RegExp): string | undefined {
  return typeof value === 'string' && value.length <= 200 && shape.test(value) ? value : undefined;
}
