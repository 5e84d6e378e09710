const CAUSES = [
  [
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/,
    'npm cannot reach its package registry. Check the network and run the same command again; behind a proxy set https_proxy and http_proxy first.',
  ],
  [
    /\b(E407|407 Proxy Authentication|ERR_PROXY_AUTH)/,
    'The proxy wants a name and a password. Put them into https_proxy and http_proxy (http://name:password@proxy:port).',
  ],
  [
    /\b(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|DEPTH_ZERO_SELF_SIGNED_CERT|CERT_HAS_EXPIRED)\b/,
    'The certificate of the registry, or of the proxy in between, is not trusted here. Set NODE_EXTRA_CA_CERTS to a file with the certificate of your proxy.',
  ],
  [/\bENOSPC\b/, 'The disk is full. Free at least 600 MB and run the same command again.'],
  [
    /\b(EACCES|EPERM|EROFS)\b/,
    'this folder cannot be written to. Copy the project into a folder of your own, without sudo, and run the same command there.',
  ],
  [
    /\b(EINTEGRITY)\b/,
    'A package is not what the lock file says. Run "npm cache verify" and try again; where that does not help, something between here and the registry changes packages.',
  ],
];

/** What the output of an npm that failed means for a person: cause and remedy; undefined where it is nothing we know. */
export function explainNpm(output) {
  const found = CAUSES.map(([pattern, words]) => ({ match: pattern.exec(output), words })).find(
    ({ match }) => match,
  );
  return found && `${found.match[1]}: ${found.words}`;
}
