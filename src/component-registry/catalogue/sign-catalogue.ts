import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../../storage/atomic-file';
import { lintManifest } from '../manifest/lint-manifest';
import { PUBLIC_KEY_FILE } from './shipped-catalogue';
import { isPublicKey, publicKeyText, signatureOf } from './signature';

/** Why a folder is not signed. The message is for people. */
export class SigningRefused extends Error {}

export interface SigningReport {
  publicKey: string;
  /** Names and versions, in the order of the files. */
  signed: string[];
}

/**
 * Signs every entry of a folder (each `.json` in it, `{"manifest": ..., "reviewer": ...}`) and writes the public key
 * beside them. An entry that is wrong is not signed, and then none is.
 *
 * @param privateKeyPem PKCS#8; undefined: a key made for this once, which nobody keeps
 * @throws SigningRefused
 */
export async function signCatalogue(folder: string, privateKeyPem?: string): Promise<SigningReport> {
  const key = privateKeyPem ?? newKey();
  let publicKey: string;
  try {
    publicKey = publicKeyText(key);
    if (!isPublicKey(publicKey)) throw new Error('it is of another kind');
  } catch (error) {
    throw new SigningRefused(
      `The key cannot be used (${(error as Error).message}). It has to be an Ed25519 key as PEM, as openssl genpkey -algorithm ed25519 makes it.`,
    );
  }
  const entries = entriesOf(folder);
  const report: SigningReport = { publicKey, signed: [] };
  for (const { path, rest, manifest } of entries) {
    const signature = signatureOf(rest, key);
    await writeAtomically(path, `${JSON.stringify({ ...rest, signature }, null, 2)}\n`);
    report.signed.push(`${manifest.name} ${manifest.version}`);
  }
  await writeAtomically(join(folder, PUBLIC_KEY_FILE), `${publicKey}\n`);
  return report;
}

interface Unsigned {
  path: string;
  rest: Record<string, unknown>;
  manifest: { name: string; version: string };
}

function entriesOf(folder: string): Unsigned[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch (error) {
    throw new SigningRefused(`${folder} cannot be read: ${(error as Error).message}`);
  }
  if (names.length === 0) throw new SigningRefused(`${folder} holds no entry: no file that ends in .json.`);
  const seen = new Map<string, string>();
  return names.sort().map((name) => {
    const path = join(folder, name);
    const { rest, manifest } = entryOf(path);
    const version = `${manifest.name} ${manifest.version}`;
    const twin = seen.get(version);
    if (twin !== undefined)
      throw new SigningRefused(`${path} is ${version}, and so is ${twin}. A version is given once.`);
    seen.set(version, path);
    return { path, rest, manifest };
  });
}

function entryOf(path: string): Pick<Unsigned, 'rest' | 'manifest'> {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new SigningRefused(`${path} cannot be read: ${(error as Error).message}`);
  }
  const { signature: _, ...rest } = entry;
  const foreign = Object.keys(rest).find((field) => !['manifest', 'reviewer'].includes(field));
  if (foreign !== undefined)
    throw new SigningRefused(`${path} has the field ${foreign}; an entry has manifest and reviewer.`);
  const { manifest, problems } = lintManifest(JSON.stringify(rest.manifest ?? null, null, 2));
  const [first] = problems.filter(({ severity }) => severity === 'error');
  if (!manifest)
    throw new SigningRefused(
      `${path}: ${first?.wrong ?? 'its manifest is wrong'}. ${first?.write ?? ''}`.trim(),
    );
  return { rest, manifest };
}

function newKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}
