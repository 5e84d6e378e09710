import { parseArgs } from 'node:util';
import { valid } from 'semver';
import { type ImageReference, parseReference } from '../../oci/image-reference';
import { RdzenError } from '../../shared/rdzen-error';

export interface PackRequest {
  name: string;
  /** Exact. */
  version: string;
  /** Where it is pushed to; the tag is the version where none is given. */
  to?: ImageReference & { tag: string };
  /** A reference, or a file with the tar of a root file system; undefined: made of this machine's Node. */
  base?: string;
  /** Lock file: used where it is there, else written. */
  lock?: string;
  /** Which of several programs of the package. */
  program?: string;
  /** An empty folder of its user is laid here, for what it keeps. */
  state?: string;
  /** Of the component, where the catalogue has one of this package. */
  serverName?: string;
}

export const PACK_USAGE =
  'NPM-NAME@VERSION [--to REGISTRY/REPO[:TAG]] [--base REF-OR-TAR] [--lock FILE] [--bin NAME] [--state PATH]';

/** As the docker-guard allows mounts. */
const STATE = /^\/(data|mnt)(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/;
const NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/**
 * @param registry where it is pushed to without `--to`, as a repository of the package's name; undefined: nowhere
 * @throws RdzenError PACK_ARGUMENTS_INVALID, IMAGE_REFERENCE_INVALID
 */
export function parsePackArguments(args: readonly string[], registry?: string): PackRequest {
  const text = { type: 'string' } as const;
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      options: { to: text, base: text, lock: text, bin: text, state: text },
      allowPositionals: true,
    });
  } catch (error) {
    throw invalid((error as Error).message.split('\n')[0] ?? '');
  }
  const [spec, ...more] = parsed.positionals;
  if (spec === undefined || more.length > 0) throw invalid('exactly one package is packed at a time');
  const at = spec.lastIndexOf('@');
  const [name, version] = at > 0 ? [spec.slice(0, at), spec.slice(at + 1)] : [spec, ''];
  if (!NAME.test(name) || name.length > 214)
    throw invalid(`${JSON.stringify(name)} is no name of an npm package`);
  if (valid(version) !== version)
    throw invalid(
      `${JSON.stringify(version)} is no exact version (ranges and "latest" would be another package tomorrow)`,
    );
  const { base, lock, bin, state } = parsed.values;
  const to =
    parsed.values.to ?? (registry === undefined ? undefined : `${registry}/${name.replace('@', '')}`);
  if (state !== undefined && !STATE.test(state))
    throw invalid(`--state is ${JSON.stringify(state)}, and a component keeps its data below /data or /mnt`);
  return {
    name,
    version,
    ...(to !== undefined && { to: target(to, version) }),
    ...(base !== undefined && { base }),
    ...(lock !== undefined && { lock }),
    ...(bin !== undefined && { program: bin }),
    ...(state !== undefined && { state }),
  };
}

function target(text: string, version: string): ImageReference & { tag: string } {
  const { host, repository, tag, digest } = parseReference(text);
  if (digest !== undefined) throw invalid('--to holds a digest, which only comes of the packing');
  // A tag has no "+", which a version may have.
  return { host, repository, tag: tag ?? version.replaceAll('+', '_') };
}

function invalid(why: string): RdzenError {
  return new RdzenError(
    'PACK_ARGUMENTS_INVALID',
    `component pack: ${why}. Write: component pack ${PACK_USAGE}, for example: component pack time-mcp@1.0.6 --to 127.0.0.1:5001/time-mcp`,
  );
}
