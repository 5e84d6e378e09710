/** Address of the DDP socket below the server's base URL: `https://host/sub` gives `wss://host/sub/websocket`. */
export function websocketUrl(base: string): string {
  const url = new URL(base);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/websocket`;
  url.search = '';
  url.hash = '';
  return url.href;
}

/** The configured base URL without a trailing slash; throws where it is none a server can be reached at. */
export function chatServerUrl(given: string): string {
  if (!URL.canParse(given)) throw new Error(`ROCKETCHAT_URL is not an address: "${given}"`);
  const url = new URL(given);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error(`ROCKETCHAT_URL must begin with http:// or https://, not "${url.protocol}"`);
  }
  if (url.username || url.password) throw new Error('ROCKETCHAT_URL must not hold a user or a password');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
