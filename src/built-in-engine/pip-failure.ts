import { harmless, type Failure } from './npm-failure';
import { CERTIFICATE_REMEDY, NETWORK_REMEDY } from './network-failure';

const INDEX = 'the Python package index';

/** Digests what pip printed into one line, without addresses. */
export function pipFailure(output: string, exitCode: number | null): Failure {
  const has = (pattern: RegExp): boolean => pattern.test(output);
  if (has(/No module named '?pip/)) return { reason: 'python3 has no pip', remedy: 'Install pip' };
  if (has(/No space left on device|Errno 28/))
    return {
      reason: 'there is no space left on the disk',
      remedy: 'Make room (about 400 MB)',
      code: 'ENOSPC',
    };
  if (has(/CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError/))
    return { reason: `the certificate of ${INDEX} is not trusted`, remedy: CERTIFICATE_REMEDY };
  if (has(/ProxyError|Tunnel connection failed|Cannot connect to proxy/))
    return { reason: `the proxy does not let pip through to ${INDEX}`, remedy: NETWORK_REMEDY };
  if (has(/Name or service not known|name resolution|getaddrinfo failed|nodename nor servname/))
    return { reason: `the name of ${INDEX} cannot be resolved (no network?)`, remedy: NETWORK_REMEDY };
  if (has(/NewConnectionError|Connection refused|Network is unreachable|ConnectTimeout|ConnectionError/))
    return { reason: `${INDEX} cannot be reached`, remedy: NETWORK_REMEDY };
  if (has(/Read timed out|ReadTimeout|IncompleteRead|Connection broken/))
    return { reason: `the connection to ${INDEX} broke off`, remedy: NETWORK_REMEDY };
  if (has(/HASH|hashes? (do|does) not match/i))
    return {
      reason: `${INDEX} gave another file than expected`,
      remedy: 'Check the index that pip is set to',
    };
  if (has(/No matching distribution|Could not find a version/))
    return { reason: `${INDEX} does not have it`, remedy: 'Check the index that pip is set to' };
  const said = /^ERROR: (.+)$/m.exec(output)?.[1];
  return {
    reason: said ? `pip says: ${harmless(said)}` : `pip ended with code ${exitCode ?? 'none (killed)'}`,
    remedy: 'Try again',
  };
}
