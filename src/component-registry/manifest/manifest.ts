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
  packages: [ComponentPackage];
  _meta: { [PUBLISHER]: { rdzen: ComponentBlock } };
}

/** Where the registry's format has room for blocks of others. */
export const PUBLISHER = 'io.modelcontextprotocol.registry/publisher-provided';

export type ComponentPackage = OciPackage | NpmPackage;

interface PackageBase {
  transport: { type: 'stdio' } | { type: 'streamable-http'; url: string };
  environmentVariables?: EnvironmentVariable[];
  /** What the program is called with, in this order. */
  packageArguments?: PackageArgument[];
}

export interface OciPackage extends PackageBase {
  registryType: 'oci';
  /** `host/repository:tag`; the tag is decoration, the block's digest is what runs. */
  identifier: string;
}

/**
 * What an image is packed from on the operator's own machine. It is no image and cannot be run: a binding completes it
 * (`complete-manifest.ts`). `provenance.integrity` says which bytes are meant.
 */
export interface NpmPackage extends PackageBase {
  registryType: 'npm';
  /** Name of the package: `@scope/name`. */
  identifier: string;
  /** Exact. */
  version: string;
}

export type PackageArgument =
  { type: 'positional'; value: string } | { type: 'named'; name: string; value?: string };

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
  /** Of the image's manifest (or index): the only thing that is ever run. Absent only where there is no image yet. */
  digest?: string;
  license?: string;
  stage?: 'stable' | 'beta' | 'deprecated';
  /** Versions that cannot be gone back from without a person. */
  breaking?: string[];
  replaces?: string;
  requires?: { platform?: string; components?: Record<string, string>; capabilities?: ('egress' | 'gpu')[] };
  permissions?: Permissions;
  resources?: Resources;
  tools?: ToolRight[];
  /** What it is, in one sentence, in languages other than that of `description`. */
  descriptions?: Record<string, string>;
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
  provenance?: Provenance;
}

/** Where it comes from. */
export interface Provenance {
  repository?: string;
  commit?: string;
  builder?: string;
  sbomDigest?: string;
  /** What the image was packed from: `npm:time-mcp@1.0.6`. */
  package?: string;
  /** Subresource integrity of that package's archive, as lock files of npm have it: `sha512-...`. */
  integrity?: string;
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
