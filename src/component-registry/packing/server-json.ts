import { formatReference, type ImageReference } from '../../oci/image-reference';
import { DEFAULT_RESOURCES, type Manifest, PUBLISHER } from '../manifest/manifest';
import type { PackageFacts } from './package-facts';

const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';

/** To be thought over. */
const STATE_MIB = 64;

/**
 * The beginning of a manifest. What only a person can say is left empty, and `component lint` asks for it: the tools with
 * their effects, what it is good for, and the calls that prove it.
 */
export function serverJson(
  facts: PackageFacts,
  image: { to: ImageReference; digest: string; sbomDigest: string; state?: string },
): Manifest & { $schema: string } {
  const { host, repository, tag } = image.to;
  const { source } = facts;
  return {
    $schema: SCHEMA,
    name: facts.serverName,
    title: facts.title,
    description: facts.description,
    version: facts.version,
    ...(source !== undefined && {
      repository: { url: source, source: new URL(source).host.replace(/\.com$/, '') },
    }),
    packages: [
      {
        registryType: 'oci',
        identifier: formatReference({ host, repository, ...(tag !== undefined && { tag }) }),
        transport: { type: 'stdio' },
      },
    ],
    _meta: {
      [PUBLISHER]: {
        rdzen: {
          schema: '1',
          kind: 'mcp-tool',
          digest: image.digest,
          ...(facts.license !== undefined && { license: facts.license }),
          stage: 'beta',
          permissions: {
            network: 'none',
            ...(image.state !== undefined && {
              filesystem: { state: { path: image.state, maxMiB: STATE_MIB } },
            }),
          },
          resources: DEFAULT_RESOURCES,
          tools: [],
          intents: {},
          examples: {},
          trial: { calls: [] },
          provenance: {
            ...(source !== undefined && { repository: source }),
            builder: 'rdzen component pack',
            sbomDigest: image.sbomDigest,
          },
        },
      },
    },
  };
}
