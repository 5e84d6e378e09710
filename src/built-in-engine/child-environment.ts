type Environment = Readonly<Record<string, string | undefined>>;

/** What any program needs to run and to reach the network as its user set it up. */
const NEEDED = new Set([
  'PATH',
  'HOME',
  'TMPDIR',
  'TEMP',
  'TMP',
  'LANG',
  'LC_ALL',
  'TZ',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'XDG_CONFIG_HOME',
  'XDG_CACHE_HOME',
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'PATHEXT',
  'USERPROFILE',
  'HOMEDRIVE',
  'HOMEPATH',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'PROGRAMFILES',
]);

/**
 * Under `npm run` the project's own npm settings come along as npm_config_*, and would bend the install (where it goes,
 * what it omits). Only those that say how to reach a registry stay; what people set themselves is in capitals or in files.
 */
const NPM_KEPT =
  /^(NPM_CONFIG_.+|npm_config_(registry|userconfig|globalconfig|cache|cafile|ca|proxy|https_proxy|noproxy|strict_ssl))$/;
const PYTHON_KEPT = /^(PIP_.+|PYENV_.+|VIRTUAL_ENV|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE)$/;

/** The environment of npm, and of Node itself: none of our own settings, no secrets of ours. */
export function npmEnvironment(environment: Environment): Record<string, string> {
  return pick(environment, NPM_KEPT);
}

/** The environment of Python and pip. @param scratch folder for its temporary files */
export function pythonEnvironment(environment: Environment, scratch: string): Record<string, string> {
  return { ...pick(environment, PYTHON_KEPT), TMPDIR: scratch, TEMP: scratch, TMP: scratch };
}

function pick(environment: Environment, kept: RegExp): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment))
    if (value !== undefined && (NEEDED.has(name.toUpperCase()) || kept.test(name))) picked[name] = value;
  return picked;
}
