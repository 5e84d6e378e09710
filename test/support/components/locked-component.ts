import type { ComponentLock } from '../../../src/component-registry/installed/component-lock';
import { blockOf, type EnvironmentVariable } from '../../../src/component-registry/manifest/manifest';
import type { ListedTool } from '../../../src/mcp/mcp-session';
import { descriptionHash, schemaHash } from '../../../src/mcp/tool-hash';
import { testComponent } from './manifests';

/**
 * The lock of a test component.
 *
 * @param listed its tools as they were when it was approved
 */
export function lockOf(
  behaviour: string,
  listed: readonly ListedTool[],
  more: { id?: string; image?: string; imageId?: string; variables?: EnvironmentVariable[] } = {},
): ComponentLock {
  const digest = `sha256:${'a'.repeat(64)}`;
  const repository = `127.0.0.1:5001/tests/${behaviour}`;
  const manifest = testComponent(behaviour).manifest(digest, `${repository}:1.0.0`);
  if (more.variables) manifest.packages[0].environmentVariables = more.variables;
  return {
    id: more.id ?? `${behaviour}-lock`,
    component: manifest.name,
    version: manifest.version,
    manifest,
    manifestHash: 'b'.repeat(64),
    image: more.image ?? `${repository}@${digest}`,
    imageId: more.imageId ?? 'sha256:image',
    tools: listed.map(({ name, description = '', inputSchema }) => ({
      name,
      description,
      inputSchema,
      effect: blockOf(manifest).tools?.find((one) => one.name === name)?.effect ?? 'read',
      egress: false,
      descriptionHash: descriptionHash(description),
      schemaHash: schemaHash(inputSchema),
    })),
    protocolVersion: '2025-11-25',
    approvedBy: ['root'],
    approvedAt: 0,
    trialId: 'trial',
  };
}
