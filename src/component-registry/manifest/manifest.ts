/**
 * A component: an OCI image with an MCP server (or another service) inside, described by MCP's `server.json` and one block
 * of ours. Source of the envelope: MCP registry, `server.schema.json` of 2025-12-11.
 */
export interface Manifest {
  /** Reverse DNS and a name: `io.github.someone/time`. */
  name: string;
  title?: string;
  description: string;
  /** Exact, and never given twice. */
  version: string;
  websiteUrl?: string;
  repository?: { url: string; source: string };
  packages: [OciPackage];
  _meta: { [PUBLISHER]: { rdzen: ComponentBlock } };
}

/** Where the registry's format has room for blocks of others. */
export const PUBLISHER = 'io.modelcontextprotocol.registry/publisher-provided';

export interface OciPackage {
  registryType: 'oci';
  /** `host/repository:tag`; the tag is decoration, the block's digest is what runs. */
  identifier: string;
  transport: { type: 'stdio' } | { type: 'streamable-http'; url: string };
  environmentVariables?: EnvironmentVariable[];
}

export interface EnvironmentVariable {
  name: string;
  description?: string;
  isRequired?: boolean;
  isSecret?: boolean;
  default?: string;
  format?: 'string' | 'number' | 'boolean' | 'filepath';
}

/** Rights that are absent are not given. */
export interface ComponentBlock {
  schema: '1';
  kind: ComponentKind;
  /** Of the image's manifest (or index): the only thing that is ever run. */
  digest: string;
  license?: string;
  stage?: 'stable' | 'beta' | 'deprecated';
  /** Versions that cannot be gone back from without a person. */
  breaking?: string[];
  replaces?: string;
  requires?: { platform?: string; components?: Record<string, string>; capabilities?: ('egress' | 'gpu')[] };
  permissions?: Permissions;
  resources?: Resources;
  tools?: ToolRight[];
  /** What it is good for, in short phrases of people, per language. */
  intents?: Record<string, string[]>;
  /** What people say who need it, per language. */
  examples?: Record<string, string[]>;
  trial?: Trial;
  health?: {
    type: 'mcp-ping' | 'mcp-list' | 'http' | 'tcp';
    intervalS?: number;
    failures?: number;
    port?: number;
    path?: string;
  };
  data?: { backup: 'cold' | 'hot' | 'none'; migratesForwardOnly?: boolean };
  provenance?: { repository?: string; commit?: string; builder?: string; sbomDigest?: string };
}

export const KINDS = ['mcp-tool', 'service', 'core'] as const;
export type ComponentKind = (typeof KINDS)[number];

export interface Permissions {
  /** Absent: none. */
  network?: 'none' | { egress: string[] } | { internal: string[] };
  filesystem?: { scratchMiB?: number; state?: { path: string; maxMiB: number } };
  /** Linux capabilities; must be empty for a component that is to be installed. */
  capabilities?: string[];
}

/** Ceilings; what is absent takes the value of {@link DEFAULT_RESOURCES}. */
export interface Resources {
  memoryMiB?: number;
  cpus?: number;
  pids?: number;
  startTimeoutS?: number;
  callTimeoutS?: number;
}

export const DEFAULT_RESOURCES: Required<Resources> = {
  memoryMiB: 256,
  cpus: 0.5,
  pids: 128,
  startTimeoutS: 30,
  callTimeoutS: 30,
};

export const EFFECTS = ['read', 'write', 'destructive'] as const;

/** What a tool may do, as somebody checked it: the server's own word on that is not taken. */
export interface ToolRight {
  name: string;
  effect: (typeof EFFECTS)[number];
  egress?: boolean;
  /** SHA-256 in hex, against a description or schema that changes after approval. */
  descriptionHash?: string;
  schemaHash?: string;
}

export interface Trial {
  calls?: TrialCall[];
  expectEgressBlocked?: boolean;
  /** Small files in the scratch folder, by name. */
  fixtures?: Record<string, string>;
}

export interface TrialCall {
  tool: string;
  arguments: Record<string, unknown>;
  expect: { match: 'equals' | 'contains' | 'jsonSchema' | 'isError'; value?: unknown };
  maxMs?: number;
}

export function blockOf(manifest: Manifest): ComponentBlock {
  return manifest._meta[PUBLISHER].rdzen;
}
