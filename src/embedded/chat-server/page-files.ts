import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  // Not .js: the build would compile those to CommonJS.
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Libraries the page uses, as their packages bring them: address on the page, package. */
const VENDOR: Record<string, string> = { '/vendor/marked.mjs': 'marked' };

/**
 * Nothing inline, nothing from elsewhere, no framing, and no text becomes HTML or script. `'self'` in connect-src
 * covers our own WebSocket.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export interface PageFile {
  body: Buffer;
  headers: Record<string, string>;
}

/** The chat page, read once; only these names are ever served. */
export class PageFiles {
  private readonly files = new Map<string, PageFile>();

  constructor(folder = join(__dirname, 'page')) {
    for (const name of readdirSync(folder)) {
      this.add(name === 'index.html' ? '/' : `/${name}`, join(folder, name));
    }
    for (const [path, name] of Object.entries(VENDOR)) this.add(path, require.resolve(name), '.mjs');
  }

  find(path: string): PageFile | undefined {
    return this.files.get(path);
  }

  private add(path: string, file: string, kind = extname(file)): void {
    const type = TYPES[kind];
    if (!type) return;
    this.files.set(path, {
      body: readFileSync(file),
      headers: {
        'Content-Type': type,
        'Content-Security-Policy': POLICY,
        'Referrer-Policy': 'no-referrer',
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cache-Control': 'no-cache',
      },
    });
  }
}
