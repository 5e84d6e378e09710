import { RdzenError } from '../shared/rdzen-error';
import type { ErrorCode } from '../shared/error-codes';

/** What a registry says of itself: `{"errors": [{code, message, detail}]}`. Source: OCI distribution specification, "Error Codes". */
interface RegistrySays {
  code: string;
  message: string;
}

const NO_NAME = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA']);
const NO_WAY = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'EADDRNOTAVAIL']);
const TOO_SLOW = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);
const CERTIFICATE = /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT)|_CERT_|_SIGNATURE$/;
const NO_TLS = /^(ERR_SSL_|EPROTO$)/;
/** In words of the systems registries run on, or as CNCF Distribution 2.8 gives it: the number of ENOSPC or EDQUOT. */
const FULL = /no space left|disk quota exceeded|insufficient storage|"Err":\s*(28|122)\b/i;
const LONGEST_SAID = 300;

/** @param what was asked for, as in "the manifest of 127.0.0.1:5001/time-mcp:1" */
export function notReached(host: string, what: string, error: unknown): RdzenError {
  if (error instanceof RdzenError) return error;
  const { code = '', cause } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  const name = code.startsWith('UND_ERR') && cause?.code ? cause.code : code;
  if (TOO_SLOW.has(name)) return timedOut(host, what);
  const fail = (why: string, remedy: string): RdzenError =>
    new RdzenError('REGISTRY_UNREACHABLE', `The registry ${host} ${why}; wanted was ${what}. ${remedy}`, {
      cause: error,
    });
  if (NO_NAME.has(name))
    return fail('has a name that cannot be resolved', 'Check the name, and the network.');
  if (name === 'ECONNREFUSED')
    return fail('refuses the connection', 'Start it, or correct its address: docker compose up -d registry.');
  if (NO_WAY.has(name)) return fail('cannot be reached from here', 'Check the network.');
  if (CERTIFICATE.test(name))
    return fail(
      `has a certificate that is not trusted here (${name})`,
      'Give Node the certificate of its issuer: NODE_EXTRA_CA_CERTS=<file.pem>.',
    );
  if (NO_TLS.test(name))
    return fail(
      'does not speak TLS',
      'Where it is a registry of your own on an internal network, name it in RDZEN_REGISTRY_PLAIN_HTTP.',
    );
  return fail(
    `broke the connection off (${name || 'no code'})`,
    'Look whether it still runs, and try again; what it has already is not sent twice.',
  );
}

export function timedOut(host: string, what: string, seconds?: number): RdzenError {
  const within = seconds === undefined ? 'in time' : `within ${seconds} s`;
  return new RdzenError(
    'REGISTRY_TIMEOUT',
    `The registry ${host} did not answer ${within}; wanted was ${what}. Look at its log and its disk, and try again.`,
  );
}

export function tooLarge(what: string, most: number): RdzenError {
  return new RdzenError(
    'REGISTRY_CONTENT_TOO_LARGE',
    `${upper(what)} is larger than the ${most} bytes that are allowed for it, and was not read to its end. Look whether the reference is the right one.`,
  );
}

export function digestDiffers(what: string, asked: string, came: string): RdzenError {
  return new RdzenError(
    'REGISTRY_DIGEST_DIFFERS',
    `${upper(what)} should have the digest ${asked}, and what came has ${came}. It was not used: the registry, or something on the way, holds other content. Push the image anew, or use another registry.`,
  );
}

export function malformed(
  what: string,
  why: string,
  remedy = 'Look whether it is a registry at all.',
): RdzenError {
  return new RdzenError('REGISTRY_ANSWER_MALFORMED', `${upper(what)}: ${why}. ${remedy}`);
}

/** @param body of an answer that is no success; empty after HEAD */
export function refused(host: string, what: string, status: number, body: string): RdzenError {
  const said = saidBy(body);
  const words = said ? ` It says ${said.code}: ${said.message}.` : '';
  const error = (code: ErrorCode, why: string, remedy: string): RdzenError =>
    new RdzenError(code, `The registry ${host} ${why} (${status}); wanted was ${what}.${words} ${remedy}`);
  if (status === 401 || status === 403)
    return error(
      'REGISTRY_UNAUTHORIZED',
      'does not allow that',
      'Set RDZEN_REGISTRY_USER and RDZEN_REGISTRY_PASSWORD_FILE to an account that may, and check the name of the repository.',
    );
  if (status === 404 || status === 410)
    return error(
      'REGISTRY_NOT_FOUND',
      'does not have it',
      'Check the name and the tag; push it where it is missing.',
    );
  if (status === 507 || (status >= 500 && FULL.test(body)))
    return error(
      'REGISTRY_DISK_FULL',
      'has no space left',
      'Free some space there: delete old images and let it collect its garbage, or give it a larger disk.',
    );
  if (status >= 500)
    return error('REGISTRY_FAILED', 'has trouble of its own', 'Look at its log, and try again.');
  return error('REGISTRY_REFUSED', 'refuses', said ? (REMEDIES[said.code] ?? GENERAL) : GENERAL);
}

const GENERAL = 'Do what it says; its log may say more.';
const REMEDIES: Readonly<Record<string, string>> = {
  UNSUPPORTED:
    'It is set up without it; for deleting set REGISTRY_STORAGE_DELETE_ENABLED=true (storage.delete.enabled) and restart it.',
  DENIED: 'Use an account that may do this.',
  TOOMANYREQUESTS: 'Wait a while, and try again.',
  DIGEST_INVALID: 'What arrived is not what was sent: look at what lies between, such as a proxy.',
  MANIFEST_BLOB_UNKNOWN: 'It lost a blob that it said it had (garbage was collected meanwhile): push again.',
  NAME_INVALID: 'Choose another name for the repository.',
};

/** The first of its errors; undefined where the body is none of its own, such as a page of a proxy. */
function saidBy(body: string): RegistrySays | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  const [first] = Array.isArray((parsed as { errors?: unknown } | null)?.errors)
    ? (parsed as { errors: Partial<Record<string, unknown>>[] }).errors
    : [];
  if (!first || typeof first['code'] !== 'string') return undefined;
  const { code, message } = first;
  return {
    code: oneLine(code),
    message: oneLine(typeof message === 'string' ? message : 'nothing more'),
  };
}

function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_SAID);
}

function upper(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
