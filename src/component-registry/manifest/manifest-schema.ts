import { EFFECTS, KINDS, PUBLISHER } from './manifest';

const text = (maxLength: number, more: object = {}): object => ({
  type: 'string',
  minLength: 1,
  maxLength,
  ...more,
});
const whole = (minimum: number, maximum: number): object => ({ type: 'integer', minimum, maximum });
const closed = (properties: Record<string, object>, required: readonly string[] = []): object => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const list = (items: object, maxItems: number, minItems = 0): object => ({
  type: 'array',
  items,
  minItems,
  maxItems,
  uniqueItems: true,
});

const SHA256 = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' };
const HEX = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const NAME = { type: 'string', maxLength: 200, pattern: '^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$' };
const SEMVER = {
  type: 'string',
  maxLength: 64,
  pattern: '^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?$',
};
const TOOL = { type: 'string', pattern: '^[A-Za-z0-9_.-]{1,128}$' };
const HOST_PORT = {
  type: 'string',
  maxLength: 260,
  pattern: '^(\\*(\\.[A-Za-z0-9-]+){2,}|[A-Za-z0-9.-]+):\\d{1,5}$',
};
const LANGUAGES = {
  type: 'object',
  propertyNames: { pattern: '^[a-z]{2}$' },
  additionalProperties: list(text(200), 10, 1),
  maxProperties: 10,
};

const ENVIRONMENT = closed(
  {
    name: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]{0,99}$' },
    description: text(300),
    isRequired: { type: 'boolean' },
    isSecret: { type: 'boolean' },
    default: { type: 'string', maxLength: 1_000 },
    format: { enum: ['string', 'number', 'boolean', 'filepath'] },
  },
  ['name'],
);

const COMMON = {
  transport: {
    type: 'object',
    required: ['type'],
    properties: { type: { enum: ['stdio', 'streamable-http'] }, url: { type: 'string', maxLength: 300 } },
    additionalProperties: false,
  },
  environmentVariables: list(ENVIRONMENT, 50),
  packageArguments: {
    type: 'array',
    maxItems: 50,
    items: closed(
      {
        type: { enum: ['positional', 'named'] },
        name: text(100),
        value: { type: 'string', maxLength: 1_000 },
      },
      ['type'],
    ),
  },
};

const OCI_PACKAGE = closed(
  {
    registryType: { const: 'oci' },
    identifier: {
      type: 'string',
      maxLength: 300,
      pattern: '^[a-z0-9.-]+(:\\d+)?/[a-z0-9._/-]+:[\\w.-]{1,128}$',
    },
    ...COMMON,
  },
  ['registryType', 'identifier', 'transport'],
);

const NPM_PACKAGE = closed(
  {
    registryType: { const: 'npm' },
    identifier: {
      type: 'string',
      maxLength: 214,
      pattern: '^(@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*$',
    },
    version: SEMVER,
    ...COMMON,
  },
  ['registryType', 'identifier', 'version', 'transport'],
);

const PACKAGE = {
  type: 'object',
  required: ['registryType'],
  if: { properties: { registryType: { const: 'npm' } }, required: ['registryType'] },
  then: NPM_PACKAGE,
  else: {
    if: { properties: { registryType: { const: 'oci' } } },
    then: OCI_PACKAGE,
    else: { properties: { registryType: { enum: ['oci', 'npm'] } } },
  },
};

const PERMISSIONS = closed({
  network: {
    anyOf: [
      { const: 'none' },
      closed({ egress: list(HOST_PORT, 20, 1) }, ['egress']),
      closed({ internal: list(NAME, 10, 1) }, ['internal']),
    ],
  },
  filesystem: closed({
    scratchMiB: whole(1, 256),
    state: closed({ path: { type: 'string', pattern: '^/[\\w./-]{1,200}$' }, maxMiB: whole(1, 10_240) }, [
      'path',
      'maxMiB',
    ]),
  }),
  capabilities: list(text(40), 0),
});

const TRIAL = closed({
  calls: list(
    closed(
      {
        tool: TOOL,
        arguments: { type: 'object' },
        expect: closed(
          { match: { enum: ['equals', 'contains', 'jsonSchema', 'isError'] }, value: true as never },
          ['match'],
        ),
        maxMs: whole(1, 60_000),
      },
      ['tool', 'arguments', 'expect'],
    ),
    50,
  ),
  expectEgressBlocked: { type: 'boolean' },
  fixtures: {
    type: 'object',
    propertyNames: { pattern: '^[\\w.-]{1,100}$' },
    additionalProperties: { type: 'string', maxLength: 8_192 },
    maxProperties: 10,
  },
});

const BLOCK = closed(
  {
    schema: { const: '1' },
    kind: { enum: KINDS },
    digest: SHA256,
    license: text(100),
    stage: { enum: ['stable', 'beta', 'deprecated'] },
    breaking: list(SEMVER, 50),
    replaces: NAME,
    requires: closed({
      platform: text(100),
      components: { type: 'object', propertyNames: NAME, additionalProperties: text(100), maxProperties: 20 },
      capabilities: list({ enum: ['egress', 'gpu'] }, 2),
    }),
    permissions: PERMISSIONS,
    resources: closed({
      memoryMiB: whole(6, 65_536),
      cpus: { type: 'number', exclusiveMinimum: 0, maximum: 64 },
      pids: whole(1, 4_096),
      startTimeoutS: whole(1, 300),
      callTimeoutS: whole(1, 300),
    }),
    tools: list(
      closed(
        {
          name: TOOL,
          effect: { enum: EFFECTS },
          egress: { type: 'boolean' },
          descriptionHash: HEX,
          schemaHash: HEX,
        },
        ['name', 'effect'],
      ),
      300,
    ),
    descriptions: {
      type: 'object',
      propertyNames: { pattern: '^[a-z]{2}$' },
      additionalProperties: text(300),
      maxProperties: 10,
    },
    intents: LANGUAGES,
    examples: LANGUAGES,
    trial: TRIAL,
    health: closed(
      {
        type: { enum: ['mcp-ping', 'mcp-list', 'http', 'tcp'] },
        intervalS: whole(5, 3_600),
        failures: whole(1, 20),
        port: whole(1, 65_535),
        path: text(200),
      },
      ['type'],
    ),
    data: closed({ backup: { enum: ['cold', 'hot', 'none'] }, migratesForwardOnly: { type: 'boolean' } }, [
      'backup',
    ]),
    provenance: closed({
      repository: text(300),
      commit: text(64),
      builder: text(300),
      sbomDigest: SHA256,
      package: { type: 'string', pattern: '^npm:[^\\s]{1,300}$' },
      integrity: { type: 'string', pattern: '^sha512-[A-Za-z0-9+/]{86}==$' },
    }),
  },
  ['schema', 'kind'],
);

/**
 * JSON Schema (2020-12) of a manifest. The envelope takes what MCP's format may have besides; our own block is closed: a
 * right that is misspelt must not be taken for one that was not asked for.
 */
export const MANIFEST_SCHEMA = {
  type: 'object',
  required: ['name', 'description', 'version', 'packages', '_meta'],
  properties: {
    $schema: text(300),
    name: NAME,
    title: text(100),
    description: text(300),
    version: SEMVER,
    websiteUrl: text(300),
    repository: {
      type: 'object',
      required: ['url', 'source'],
      properties: { url: text(300), source: text(100), id: text(100), subfolder: text(300) },
    },
    packages: { type: 'array', items: PACKAGE, minItems: 1, maxItems: 1 },
    _meta: {
      type: 'object',
      required: [PUBLISHER],
      properties: {
        [PUBLISHER]: { type: 'object', required: ['rdzen'], properties: { rdzen: BLOCK } },
      },
    },
  },
} as const;
