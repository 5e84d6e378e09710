const NO_NAME = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA']);
const NO_WAY = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'EADDRNOTAVAIL']);
const TOO_SLOW = new Set(['ETIMEDOUT', 'ERR_SOCKET_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'ESOCKETTIMEDOUT']);
const QUIET = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);
const CERTIFICATE =
  /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT)|_CERT_|^ERR_SSL_|^EPROTO$|_SIGNATURE$/;

export interface NetworkFailure {
  text: string;
  /** May go away by itself within seconds. */
  transient: boolean;
  /** Nothing came back at all, not even a connection. */
  unreachable: boolean;
  /** A certificate that this Node does not trust. */
  certificate: boolean;
}

/** Reads an error code of Node, undici or npm as a cause for people; undefined where it is not about the network. */
export function networkFailure(code: string, where: { host?: string } = {}): NetworkFailure | undefined {
  const host = where.host ?? 'its server';
  const unreachable = { transient: true, unreachable: true, certificate: false };
  if (NO_NAME.has(code))
    return { text: `the name of ${host} cannot be resolved (no network?)`, ...unreachable };
  if (code === 'ECONNREFUSED') return { text: `${host} refuses the connection`, ...unreachable };
  if (NO_WAY.has(code)) return { text: `there is no way to ${host} (no network?)`, ...unreachable };
  if (TOO_SLOW.has(code)) return { text: `${host} does not answer in time`, ...unreachable };
  const broken = { transient: true, unreachable: false, certificate: false };
  if (QUIET.has(code)) return { text: `nothing came from ${host} any more`, ...broken };
  if (BROKEN.has(code)) return { text: `the connection to ${host} broke off`, ...broken };
  if (CERTIFICATE.test(code))
    return {
      text: `the certificate of ${host} is not trusted (${code})`,
      transient: false,
      unreachable: false,
      certificate: true,
    };
  return undefined;
}

export const NETWORK_REMEDY = 'Check the network; behind a proxy set HTTPS_PROXY (and NO_PROXY)';
export const CERTIFICATE_REMEDY =
  'Give Node the certificate of your proxy or network: NODE_EXTRA_CA_CERTS=<file.pem>';
