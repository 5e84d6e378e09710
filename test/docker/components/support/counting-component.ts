import { mkdtempSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PUBLISHER, type TrialCall } from '../../../../src/component-registry/manifest/manifest';
import { type TestComponent, nameOf } from '../../../support/components/manifests';
import { docker } from '../../support/docker-command';

const NAME = 'counting';
const call = (tool: string, contains: string): TrialCall => ({
  tool,
  arguments: { table: 'trial', ms: 0 },
  expect: { match: 'contains', value: contains },
});

/** Writes down its calls in a state of its own, so that they can be counted after any number of deaths. */
export const COUNTING: TestComponent = {
  behaviour: NAME,
  label: nameOf(NAME),
  expected: { verdict: 'pass', why: 'it does what it says' },
  manifest: (digest, identifier) => ({
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    ...{ name: nameOf(NAME), title: 'Tables', description: 'Books tables and tells which are booked.' },
    version: '1.0.0',
    packages: [{ registryType: 'oci', identifier, transport: { type: 'stdio' } }],
    _meta: {
      [PUBLISHER]: {
        rdzen: {
          ...{ schema: '1', kind: 'mcp-tool', digest, license: 'MIT' },
          permissions: { network: 'none', filesystem: { state: { path: '/data', maxMiB: 8 } } },
          resources: { memoryMiB: 128, cpus: 1, pids: 64, startTimeoutS: 30, callTimeoutS: 15 },
          tools: [
            { name: 'book', effect: 'write' },
            { name: 'look_up', effect: 'read' },
            { name: 'flood', effect: 'read' },
          ],
          intents: { en: ['book a table', 'look up a table', 'list every guest'] },
          examples: { en: ['Book table seven.', 'Look up table seven.', 'List every guest.'] },
          trial: { calls: [call('book', 'is booked'), call('look_up', 'times')] },
        },
      },
    },
  }),
};

/** @returns the image, made out of the rig's base */
export async function countingImage(): Promise<string> {
  const base = (await docker('images', '--format', '{{.Repository}}:{{.Tag}}', 'rdzen-test/base')).split(
    '\n',
  )[0];
  if (!base) throw new Error('the rig has made no rdzen-test/base: run node test/rigs/docker.mjs');
  const context = mkdtempSync(join(tmpdir(), 'rdzen-counting-'));
  const tag = 'rdzen-test/counting:1';
  try {
    const from = resolve('test/support/components');
    cpSync(join(from, 'server'), join(context, 'component/server'), { recursive: true });
    cpSync(join(from, 'counting.mjs'), join(context, 'component/counting.mjs'));
    mkdirSync(join(context, 'data'));
    writeFileSync(join(context, 'data/.keep'), '');
    const recipe = [
      ...[`FROM ${base}`, 'COPY component /component/', 'COPY --chown=10001:10001 data /data/'],
      ...[`LABEL rdzen.rig=true io.modelcontextprotocol.server.name=${COUNTING.label}`],
      ...['USER 10001:10001', 'ENTRYPOINT ["node", "/component/counting.mjs"]', 'CMD []', ''],
    ];
    writeFileSync(join(context, 'Dockerfile'), recipe.join('\n'));
    await docker('build', '--quiet', '--tag', tag, context);
    return tag;
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
