/**
 * The floors of docs/architecture.md, enforced. A file imports from floors below its own or from its own folder;
 * on floor 0 the base (shared, config, events, observability) is free to all. Cycles are forbidden.
 */
const FLOORS = [
  [
    'ollama',
    'built-in-engine',
    'rocket-chat',
    'containers',
    'oci',
    'mcp',
    'storage',
    'commands',
    'access',
    'texts',
  ],
  ['core-registry', 'component-registry', 'journal', 'rooms', 'approvals', 'audit'],
  ['health-monitor', 'failover', 'generation', 'tools'],
  ['conversation', 'sandbox', 'ollama-door'],
  ['installation', 'mcp-door'],
  ['chat-gateway', 'admin', 'evolution'],
];
const BASE = ['shared', 'config', 'events', 'observability'];
/** Programs of their own in containers of their own, out of the same image. */
const HELPERS = ['docker-guard', 'egress-proxy', 'gate'];
const any = (names) => `^src/(${names.join('|')})/`;

const floorRules = FLOORS.flatMap((folders, floor) =>
  folders.map((folder) => {
    const forbidden = FLOORS.slice(floor)
      .flat()
      .filter((other) => other !== folder);
    return {
      name: `floor-${floor}-${folder}`,
      severity: 'error',
      comment: `${folder}/ stands on floor ${floor}: it may import only from floors below, its own folder and the base.`,
      from: { path: `^src/${folder}/`, pathNot: '\\.spec\\.ts$' },
      to: { path: any([...forbidden, 'embedded', ...HELPERS]) },
    };
  }),
);

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...floorRules,
    {
      name: 'base-imports-base-only',
      severity: 'error',
      from: { path: any(BASE), pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/', pathNot: any(BASE) },
    },
    {
      name: 'embedded-stands-alone',
      severity: 'error',
      comment: 'Programs of the embedded profile import only shared/, config/, storage/ and themselves.',
      from: { path: '^src/embedded/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(embedded|shared|config|storage)/' },
    },
    ...HELPERS.map((folder) => ({
      name: `${folder}-stands-alone`,
      severity: 'error',
      comment: 'A program of its own imports only shared/, config/ and itself.',
      from: { path: `^src/${folder}/`, pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/', pathNot: `^src/(${folder}|shared|config)/` },
    })),
    {
      name: 'composition-is-imported-by-nobody',
      severity: 'error',
      from: { path: '^src/[^/]+/' },
      to: { path: '^src/[^/]+\\.ts$' },
    },
    {
      name: 'no-test-code-in-src',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^test/' },
    },
    {
      name: 'not-to-dev-dependency',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    includeOnly: '^(src|test)/',
  },
};
