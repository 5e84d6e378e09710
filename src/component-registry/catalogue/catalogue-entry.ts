import type { Manifest } from '../manifest/manifest';
import { lintManifest } from '../manifest/lint-manifest';
import { isSignedBy } from './signature';

/** How far a source is trusted. An unsigned one can only be installed from by hand. */
export const TRUST = ['official', 'reviewed', 'unsigned'] as const;
export type Trust = (typeof TRUST)[number];

/** Where entries come from. */
export interface CatalogueSource {
  name: string;
  trust: Trust;
  /** 32 bytes of Ed25519 in base64; undefined only where the trust is `unsigned`. */
  publicKey?: string;
}

/** One component in one version, as a source offers it. */
export interface CatalogueEntry {
  manifest: Manifest;
  source: string;
  trust: Trust;
  reviewer?: string;
}

/** Of what a source offers, one that is not taken. */
export interface RefusedEntry {
  source: string;
  /** As far as it can be told. */
  name?: string;
  reason: string;
}

/** As it stands in a source: what is signed is the manifest, and who reviewed it. */
interface SignedEntry {
  manifest: unknown;
  reviewer?: string;
  signature?: string;
}

/**
 * Reads one entry of a source. Nothing of it is believed before its signature is right.
 *
 * @param text JSON, `{"manifest": {...}, "reviewer": "...", "signature": "<base64>"}`
 */
export function readEntry(text: string, source: CatalogueSource): CatalogueEntry | RefusedEntry {
  const refused = (reason: string, name?: string): RefusedEntry => ({
    source: source.name,
    ...(name === undefined ? {} : { name }),
    reason,
  });
  let entry: SignedEntry;
  try {
    entry = JSON.parse(text) as SignedEntry;
  } catch {
    return refused('It is no JSON.');
  }
  if (
    typeof entry !== 'object' ||
    entry === null ||
    typeof entry.manifest !== 'object' ||
    entry.manifest === null
  )
    return refused('It holds no manifest.');
  const given = (entry.manifest as { name?: unknown }).name;
  const name = typeof given === 'string' ? given.slice(0, 200) : undefined;
  if (source.publicKey === undefined) {
    if (source.trust !== 'unsigned')
      return refused(`The source ${source.name} has no key to check it with.`, name);
  } else {
    const { signature, ...signed } = entry;
    if (typeof signature !== 'string')
      return refused(`It is not signed, and ${source.name} signs all it offers.`, name);
    if (!isSignedBy(signed, signature, source.publicKey))
      return refused(
        `Its signature is not that of ${source.name}: it was changed after it was signed, or somebody else signed it.`,
        name,
      );
  }
  // As text again, so that lines in what it finds mean something where somebody looks.
  const { manifest, problems } = lintManifest(JSON.stringify(entry.manifest, null, 2));
  const [first] = problems.filter(({ severity }) => severity === 'error');
  if (!manifest)
    return refused(`Its manifest is wrong: ${first?.wrong ?? 'unknown'}. ${first?.write ?? ''}`.trim(), name);
  return {
    manifest,
    source: source.name,
    trust: source.trust,
    ...(typeof entry.reviewer === 'string' ? { reviewer: entry.reviewer } : {}),
  };
}
