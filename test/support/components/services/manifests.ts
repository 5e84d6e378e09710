import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type ComponentBlock,
  type Manifest,
  PUBLISHER,
} from '../../../../src/component-registry/manifest/manifest';
import type { TestComponent } from '../manifests';

const run = promisify(execFile);
export const STORE = 'io.github.rdzen-tests/store';
export const SHOP = 'io.github.rdzen-tests/shop';

type Offered = Pick<TestComponent, 'behaviour' | 'manifest'>;

function offered(
  name: string,
  description: string,
  block: Omit<ComponentBlock, 'schema' | 'digest'>,
): Offered {
  return {
    behaviour: name.split('/').at(-1) ?? name,
    manifest: (digest, identifier): Manifest => ({
      ...{ name, title: name.endsWith('store') ? 'Word store' : 'Word shop', description, version: '1.0.0' },
      packages: [{ registryType: 'oci', identifier, transport: { type: 'stdio' } }],
      _meta: { [PUBLISHER]: { rdzen: { schema: '1', digest, ...block } } },
    }),
  };
}

const SMALL = { memoryMiB: 128, cpus: 1, pids: 64, startTimeoutS: 20, callTimeoutS: 10 };

/** A service that keeps words; 16 MiB of data. */
export const STORE_SERVICE = offered(STORE, 'Keeps words under keys, for other components.', {
  kind: 'service',
  permissions: { filesystem: { state: { path: '/data/store', maxMiB: 16 } } },
  resources: SMALL,
  health: { type: 'http', port: 8080, path: '/health', intervalS: 5, failures: 2 },
});

/** An MCP server that uses it. */
export const SHOP_TOOL = offered(SHOP, 'Looks up words in the word store, and puts words away there.', {
  kind: 'mcp-tool',
  permissions: { network: { internal: [STORE] } },
  resources: SMALL,
  tools: [
    { name: 'look_up', effect: 'read' },
    { name: 'put_away', effect: 'write' },
  ],
  intents: {
    en: ['look up a word in the store', 'put a word away in the store', 'what the store keeps under a key'],
  },
  examples: { en: ['Look up what the store keeps under drink.'] },
  trial: {
    calls: [
      {
        tool: 'look_up',
        arguments: { key: 'drink' },
        expect: { match: 'contains', value: 'kept under drink' },
      },
      {
        tool: 'put_away',
        arguments: { key: 'drink', word: 'tea' },
        expect: { match: 'contains', value: 'put tea' },
      },
    ],
  },
});

/** Images of both, made where they do not exist yet. @throws Error with the builder's last words */
export async function serviceImages(): Promise<{ store: string; shop: string }> {
  const { stdout } = await run(process.execPath, [join(__dirname, 'build-images.mjs')], { timeout: 300_000 });
  return JSON.parse(stdout.trim().split('\n').pop() ?? '{}') as { store: string; shop: string };
}
