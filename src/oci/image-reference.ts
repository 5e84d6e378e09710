import { RdzenError } from '../shared/rdzen-error';

/** Where an image lies: `host[:port]/repository[:tag][@digest]`. */
export interface ImageReference {
  /** With the port, where one is named. */
  host: string;
  repository: string;
  tag?: string;
  /** `sha256:` and 64 hex digits. Where there is one, the tag is decoration. */
  digest?: string;
}

/** Name or address, as in a URL; IPv6 in brackets. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::(\d{1,5}))?$/i;
/** Source: OCI distribution specification, "Pulling manifests". */
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const LONGEST_REPOSITORY = 255;

/**
 * Strict: the registry must be named, nothing is added that is not there (no `docker.io`, no `latest`).
 *
 * @throws RdzenError IMAGE_REFERENCE_INVALID saying which part is wrong
 */
export function parseReference(text: string): ImageReference {
  const bad = (why: string): RdzenError =>
    new RdzenError(
      'IMAGE_REFERENCE_INVALID',
      `${JSON.stringify(text.slice(0, 300))} is no image reference: ${why}. Write host[:port]/repository:tag, or host[:port]/repository@sha256:..., in lower case and without http://.`,
    );
  if (/^[a-z+]+:\/\//i.test(text)) throw bad('it begins like an address');
  const slash = text.indexOf('/');
  if (slash < 0) throw bad('the registry is not named');
  const host = text.slice(0, slash);
  if (!namesHost(host))
    throw bad(`${JSON.stringify(host.slice(0, 100))} is no registry (host.name, host:port)`);
  const [rest = '', digest, ...more] = text.slice(slash + 1).split('@');
  if (more.length > 0) throw bad('there is more than one "@"');
  if (digest !== undefined && !isDigest(digest))
    throw bad('the digest is not "sha256:" and 64 hex digits in lower case');
  const colon = rest.indexOf(':');
  const repository = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  if (!REPOSITORY.test(repository) || repository.length > LONGEST_REPOSITORY)
    throw bad(
      `the repository ${JSON.stringify(repository.slice(0, 100))} is not made of lower-case words with "/" between them`,
    );
  if (tag !== undefined && !TAG.test(tag))
    throw bad('the tag is not letters, digits, "_", "." and "-", 128 at most');
  return { host, repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

export function formatReference({ host, repository, tag, digest }: ImageReference): string {
  return `${host}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** As everywhere in this trade a first part without dot, port or `localhost` is no host but part of the repository. */
function namesHost(host: string): boolean {
  const [, port] = HOST.exec(host) ?? [];
  if (!HOST.test(host) || host.includes('..')) return false;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return false;
  return /[.:]/.test(host) || host === 'localhost';
}
