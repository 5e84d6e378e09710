import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Manifest } from '../../../src/component-registry/manifest/manifest';
import { type TestComponent, TEST_COMPONENTS } from './manifests';

const run = promisify(execFile);
const BUILDER = join(__dirname, 'build-images.mjs');

/**
 * Images of the test components, by behaviour, made where they do not exist yet; all share the layers of one program.
 * They run as 10001:10001, speak MCP on stdio and need no Cmd.
 *
 * @param components default: all
 * @throws Error with the builder's last words
 */
export async function componentImages(
  components: readonly TestComponent[] = TEST_COMPONENTS,
): Promise<Record<string, string>> {
  const wanted = components.map(({ behaviour, label, volume }) => ({ behaviour, label, volume }));
  const { stdout } = await run(process.execPath, [BUILDER, JSON.stringify(wanted)], {
    timeout: 600_000,
    maxBuffer: 2 ** 24,
  });
  return JSON.parse(stdout.trim().split('\n').pop() ?? '{}') as Record<string, string>;
}

/** An image in a registry, with the manifest that belongs to it. */
export interface PublishedComponent {
  /** `host/repository@sha256:...`: what is run. */
  reference: string;
  digest: string;
  manifest: Manifest;
}

/**
 * Pushes an image of {@link componentImages} into a registry of the machine's own, and takes the name for it away again.
 *
 * @param host `127.0.0.1:PORT`; the engine takes plain HTTP from there alone
 */
export async function publishComponent(
  component: Pick<TestComponent, 'behaviour' | 'manifest'>,
  image: string,
  host: string,
): Promise<PublishedComponent> {
  const repository = `${host}/tests/${component.behaviour}`;
  const identifier = `${repository}:1.0.0`;
  await run('docker', ['tag', image, identifier]);
  try {
    const { stdout } = await run('docker', ['push', identifier]);
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(stdout)?.[1];
    if (digest === undefined)
      throw new Error(`docker push ${identifier} told no digest: ${stdout.slice(-500)}`);
    return { reference: `${repository}@${digest}`, digest, manifest: component.manifest(digest, identifier) };
  } finally {
    await run('docker', ['rmi', '--no-prune', identifier]);
  }
}
