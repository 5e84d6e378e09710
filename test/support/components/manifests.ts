import {
  type ComponentBlock,
  type Manifest,
  PUBLISHER,
  type TrialCall,
} from '../../../src/component-registry/manifest/manifest';
import { type ExpectedVerdict, TABLE } from './expected-verdicts';

/** One component of the set: what it does, what its manifest says, and how its trial must end. */
export interface TestComponent {
  /** File name in behaviours/, and first word of the program. */
  behaviour: string;
  /** Value of the image's label `io.modelcontextprotocol.server.name`. */
  label: string;
  /** That its image declares. */
  volume?: string;
  /**
   * @param digest `sha256:...` of the image in its registry
   * @param identifier `host/repository:tag`
   */
  manifest(digest: string, identifier: string): Manifest;
  expected: ExpectedVerdict;
}

export const nameOf = (behaviour: string): string => `io.github.rdzen-tests/${behaviour}`;
const call = (tool: string, given: Record<string, unknown>, value: string, maxMs = 5_000): TrialCall => ({
  tool,
  arguments: given,
  expect: { match: 'contains', value },
  maxMs,
});

const ADD = call('add', { a: 2, b: 3 }, '"sum":5');
const REMEMBER = call('remember', { note: 'milk' }, 'Noted: milk');
const FORGET = call('forget_all', {}, 'forgotten');
const TIME = call('current_time', { zone: 'UTC' }, ':');
const NO_ZONE: TrialCall = {
  tool: 'current_time',
  arguments: { zone: 'Nowhere/Nothing' },
  expect: { match: 'isError' },
};
const GOOD: Omit<ComponentBlock, 'digest'> = {
  schema: '1',
  kind: 'mcp-tool',
  license: 'MIT',
  permissions: { network: 'none' },
  resources: { memoryMiB: 128, cpus: 0.5, pids: 64, startTimeoutS: 15, callTimeoutS: 10 },
  tools: [
    { name: 'current_time', effect: 'read' },
    { name: 'add', effect: 'read' },
    { name: 'remember', effect: 'write' },
    { name: 'forget_all', effect: 'destructive' },
    { name: 'count_slowly', effect: 'read' },
  ],
  intents: {
    en: ['tell the current time', 'add two numbers', 'keep a note'],
    pl: ['podać aktualną godzinę', 'dodać dwie liczby', 'zapamiętać notatkę'],
  },
  examples: { en: ['What time is it in Tokyo?', 'Remember: milk.'], pl: ['Która jest godzina w Tokio?'] },
  trial: { calls: [TIME, NO_ZONE, ADD, REMEMBER, FORGET] },
};

/** Where a manifest differs from the good one. */
const DIFFERENT: Readonly<Record<string, Partial<ComponentBlock>>> = {
  'evil-egress': {
    trial: { calls: [TIME, call('add', { a: 2, b: 3 }, 'reached 0 of'), REMEMBER, FORGET] },
  },
  'schema-pattern': {
    trial: { calls: [TIME, ADD, call('remember', { note: `${'a'.repeat(40)}!` }, 'Noted'), FORGET] },
  },
  'hang-at-start': { resources: { ...GOOD.resources, startTimeoutS: 3 } },
  'hang-in-call': { resources: { ...GOOD.resources, callTimeoutS: 3 } },
  'slow-call': {
    trial: { calls: [TIME, call('add', { a: 2, b: 3 }, '"sum":5', 1_000), REMEMBER, FORGET] },
  },
  sluggish: { resources: { ...GOOD.resources, callTimeoutS: 2 } },
  'needs-egress': { trial: { calls: [call('current_time', {}, 'UTC'), ADD, REMEMBER, FORGET] } },
  'egress-declared': {
    permissions: { network: { egress: ['192.0.2.1:13'] } },
    requires: { capabilities: ['egress'] },
    tools: GOOD.tools?.map((tool) => ({ ...tool, ...(tool.name === 'current_time' && { egress: true }) })),
    trial: {
      expectEgressBlocked: true,
      calls: [
        { tool: 'current_time', arguments: {}, expect: { match: 'isError' }, maxMs: 5_000 },
        ADD,
        REMEMBER,
        FORGET,
      ],
    },
  },
};

export const TEST_COMPONENTS: readonly TestComponent[] = TABLE.map(
  ([behaviour, verdict, check, why, says]) => ({
    behaviour,
    label: nameOf(behaviour === 'wrong-label' ? 'good' : behaviour),
    ...(behaviour === 'image-volume' && { volume: '/anywhere' }),
    expected: { verdict, ...(check !== undefined && { check }), why, ...(says && { says }) },
    manifest: (digest, identifier) => ({
      $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
      name: nameOf(behaviour),
      title: `Test: ${behaviour}`,
      description: 'Tells the time, adds numbers and keeps notes.',
      version: '1.0.0',
      packages: [{ registryType: 'oci', identifier, transport: { type: 'stdio' } }],
      _meta: { [PUBLISHER]: { rdzen: { ...GOOD, digest, ...DIFFERENT[behaviour] } } },
    }),
  }),
);

/** @throws Error where there is none of that name */
export function testComponent(behaviour: string): TestComponent {
  const found = TEST_COMPONENTS.find((one) => one.behaviour === behaviour);
  if (!found) throw new Error(`there is no test component ${behaviour}`);
  return found;
}
