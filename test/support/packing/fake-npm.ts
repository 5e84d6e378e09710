import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../../../src/built-in-engine/npm-program';

const SUM = `sha512-${Buffer.alloc(64, 1).toString('base64')}`;

/**
 * A program that does what `npm install` does, with one server that needs one library; its arguments end up in `asked.json`
 * of the folder it lies in. What real npm does is seen in `test/docker/registry`.
 */
export function fakeNpm(folder: string, { code = 0, says = '', more = {} } = {}): Program {
  mkdirSync(folder, { recursive: true });
  const server = {
    name: 'tool-server',
    version: '1.2.3',
    mcpName: 'io.github.someone/tool',
    description: 'Does something.',
    license: 'MIT',
    repository: 'someone/tool',
    bin: { tool: 'dist/run.js' },
  };
  const lock = {
    lockfileVersion: 3,
    packages: {
      '': { name: 'component' },
      'node_modules/library': { version: '1.0.0', integrity: SUM, hasInstallScript: true, license: 'ISC' },
      'node_modules/tool-server': { version: '1.2.3', integrity: SUM, dependencies: { library: '1' } },
      ...more,
    },
  };
  const script = `
    const { mkdirSync, writeFileSync } = require('node:fs');
    writeFileSync(${JSON.stringify(join(folder, 'asked.json'))}, JSON.stringify(process.argv.slice(2)));
    if (${code}) { console.error(${JSON.stringify(says)}); process.exit(${code}); }
    writeFileSync('package-lock.json', ${JSON.stringify(JSON.stringify(lock))});
    mkdirSync('node_modules/tool-server/dist', { recursive: true });
    mkdirSync('node_modules/library');
    writeFileSync('node_modules/tool-server/package.json', ${JSON.stringify(JSON.stringify(server))});
    writeFileSync('node_modules/tool-server/dist/run.js', 'console.log(1)');
    writeFileSync('node_modules/library/index.js', 'module.exports = 1');
    writeFileSync('node_modules/.package-lock.json', 'registry ' + Math.random());
  `;
  const path = join(folder, 'npm-cli.js');
  writeFileSync(path, script);
  return { command: process.execPath, args: [path] };
}
