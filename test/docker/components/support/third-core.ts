import { execFileSync } from 'node:child_process';
import { PUBLISHER } from '../../../../src/component-registry/manifest/manifest';
import type { TestComponent } from '../../../support/components/manifests';
import { dockerRig } from '../../support/docker-rig';

export const THIRD_NAME = 'io.github.rdzen-tests/third-core';

/** A further core, scripted, with an image of {@link thirdCoreImage}. */
export const THIRD: TestComponent = {
  behaviour: 'third-core',
  label: THIRD_NAME,
  expected: { verdict: 'pass' } as TestComponent['expected'],
  manifest: (digest, identifier) => ({
    name: THIRD_NAME,
    title: 'Third core',
    description: 'A further core, scripted',
    version: '1.0.0',
    packages: [
      {
        ...{ registryType: 'oci', identifier, transport: { type: 'stdio' } },
        environmentVariables: [
          { name: 'CORE_TOKENS_PER_SECOND', default: '40' },
          { name: 'CORE_NAME', default: 'third' },
        ],
      },
    ],
    _meta: {
      [PUBLISHER]: {
        rdzen: {
          ...{ schema: '1', kind: 'core', digest },
          resources: { memoryMiB: 256, cpus: 2, pids: 128, startTimeoutS: 30 },
          permissions: { filesystem: { state: { path: '/data', maxMiB: 64 } } },
        },
      },
    },
  }),
};

/** The scripted core with the folder and the label that a component has. */
export function thirdCoreImage(): string {
  const tag = 'rdzen-test/third-core:1';
  const lines = [
    `FROM ${dockerRig().images.core}`,
    `LABEL io.modelcontextprotocol.server.name=${THIRD_NAME} rdzen.rig=true`,
    'RUN mkdir -p /data && chown 10001:10001 /data',
    'USER 10001:10001',
  ];
  execFileSync('docker', ['build', '--tag', tag, '-'], {
    input: lines.join('\n'),
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  return tag;
}
