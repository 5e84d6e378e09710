import { validRange } from 'semver';
import { coreRules } from './core-rules';
import { internalRules } from './internal-rules';
import { blockOf, EFFECTS, type Manifest } from './manifest';
import { error, type Rule, type RuleFinding, warning } from './rule-finding';
import { serviceRules } from './service-rules';

/** Signs that nobody sees, or that turn the direction of reading: a person would approve something else than stands there. */
const INVISIBLE = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** Where the docker-guard lets volumes be mounted. */
const MOUNTABLE = /^\/(data|mnt)(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/;

/** What a schema cannot say: how the parts of a manifest have to fit together. */
const RULES: readonly Rule[] = [
  serviceRules,
  internalRules,
  coreRules,
  function image({ digest, provenance }, { packages: [{ registryType }] }) {
    if (registryType === 'oci')
      return digest === undefined ? [error('@', 'digest is missing', 'Add "digest".')] : [];
    const findings: RuleFinding[] = [];
    if (digest !== undefined)
      findings.push(
        error(
          '@/digest',
          'a package of npm has no digest',
          'Take it out: the image is packed on the machine that runs it, and its digest is noted there.',
        ),
      );
    if (provenance?.integrity === undefined)
      findings.push(
        error(
          '@/provenance',
          'it does not say which bytes of npm are meant',
          'Add "integrity" to provenance: "sha512-...", as package-lock.json has it.',
        ),
      );
    return findings;
  },
  function namedArguments(_, { packages: [{ packageArguments = [] }] }) {
    return packageArguments.flatMap((argument, index) =>
      argument.type === 'named' && argument.name === undefined
        ? [error(`/packages/0/packageArguments/${index}`, 'name is missing', 'Add "name", such as "--port".')]
        : argument.type === 'positional' && argument.value === undefined
          ? [error(`/packages/0/packageArguments/${index}`, 'value is missing', 'Add "value".')]
          : [],
    );
  },
  function tools({ kind, tools = [] }) {
    const findings: RuleFinding[] = [];
    if (kind === 'mcp-tool' && tools.length === 0)
      findings.push(
        error('@/tools', 'it names no tool', 'Each tool with its effect: read, write or destructive.'),
      );
    if (kind !== 'mcp-tool' && tools.length > 0)
      findings.push(error('@/tools', `a ${kind} has no tools`, 'Leave tools out, or make it an mcp-tool.'));
    tools.forEach(({ name }, index) => {
      if (tools.findIndex((other) => other.name === name) < index)
        findings.push(error(`@/tools/${index}`, `the tool ${name} is named twice`, 'Keep one.'));
    });
    return findings;
  },
  function egress({ permissions, tools = [] }) {
    const network = permissions?.network ?? 'none';
    if (typeof network === 'object' && 'egress' in network) return [];
    return tools.flatMap(({ name, egress: wants }, index) =>
      wants
        ? [
            error(
              `@/tools/${index}/egress`,
              `the tool ${name} wants to reach the network, and the component may not`,
              'Name the hosts in permissions.network.egress, as "host:port", or take egress out.',
            ),
          ]
        : [],
    );
  },
  function trialCalls({ kind, tools = [], trial }) {
    const calls = trial?.calls ?? [];
    const findings = calls.flatMap(({ tool, expect }, index) => {
      const found: RuleFinding[] = [];
      if (!tools.some(({ name }) => name === tool))
        found.push(
          error(`@/trial/calls/${index}/tool`, `there is no tool ${tool}`, 'One of those in tools.'),
        );
      if (expect.match !== 'isError' && expect.value === undefined)
        found.push(
          error(
            `@/trial/calls/${index}/expect`,
            `${expect.match} has nothing to compare with`,
            'Add "value".',
          ),
        );
      return found;
    });
    if (kind !== 'mcp-tool') return findings;
    for (const effect of EFFECTS) {
      const ofThat = tools.filter((tool) => tool.effect === effect);
      if (ofThat.length > 0 && !calls.some(({ tool }) => ofThat.some(({ name }) => name === tool)))
        findings.push(
          warning(
            '@/trial',
            `no trial call shows a tool with the effect ${effect}`,
            `Add one, such as of ${ofThat[0]?.name}.`,
          ),
        );
    }
    return findings;
  },
  function transport(_, { packages: [{ transport }] }) {
    if (
      transport.type === 'streamable-http' &&
      !('url' in transport && /^https?:\/\/[^/]+/.test(transport.url))
    )
      return [
        error('/packages/0/transport', 'there is no address', 'Add "url": "http://localhost:PORT/mcp".'),
      ];
    return [];
  },
  function secrets(_, { packages: [{ environmentVariables = [] }] }) {
    return environmentVariables.flatMap(({ name, isSecret, default: value }, index) =>
      isSecret && value !== undefined
        ? [
            error(
              `/packages/0/environmentVariables/${index}/default`,
              `the secret ${name} has a default, which everybody can read`,
              'Take it out; it is asked for when the component is installed.',
            ),
          ]
        : [],
    );
  },
  function keptData({ permissions, data }) {
    const findings: RuleFinding[] = [];
    const path = permissions?.filesystem?.state?.path;
    if (path !== undefined && !MOUNTABLE.test(path))
      findings.push(
        error(
          '@/permissions/filesystem/state/path',
          `data is not kept at ${path}`,
          'A path below /data or /mnt, without dot segments.',
        ),
      );
    if (data?.migratesForwardOnly && data.backup === 'none')
      findings.push(
        warning(
          '@/data',
          'it changes its data for good, and nothing is kept of what was: nobody can go back from it',
          'Set backup to "cold".',
        ),
      );
    return findings;
  },
  function ranges({ requires }) {
    const asked: [string, string][] = Object.entries(requires?.components ?? {}).map(([name, range]) => [
      `@/requires/components/${name.replaceAll('/', '~1')}`,
      range,
    ]);
    if (requires?.platform !== undefined) asked.push(['@/requires/platform', requires.platform]);
    return asked.flatMap(([path, range]) =>
      validRange(range) === null
        ? [error(path, `"${range}" is no range of versions`, 'For example "^1.2".')]
        : [],
    );
  },
  function wanted({ kind, intents = {}, examples = {} }) {
    if (kind !== 'mcp-tool') return [];
    const few = Object.entries(intents).filter(([, phrases]) => phrases.length < 3);
    const findings = few.map(([language]) =>
      warning(
        `@/intents/${language}`,
        'fewer than three phrases',
        'Three to ten, or it is not found when it is needed.',
      ),
    );
    if (Object.keys(intents).length === 0)
      findings.push(
        warning(
          '@/intents',
          'it does not say what it is good for',
          'Three to ten short phrases per language.',
        ),
      );
    if (Object.keys(examples).length === 0)
      findings.push(
        warning(
          '@/examples',
          'no sentence of a person who needs it',
          'Some per language; the trial asks the model with them.',
        ),
      );
    return findings;
  },
  function visible({ descriptions = {} }, { title = '', description }) {
    const others = Object.entries(descriptions).map(
      ([language, value]) => [`@/descriptions/${language}`, 'the description', value] as const,
    );
    return [
      ['/title', 'title', title] as const,
      ['/description', 'description', description] as const,
      ...others,
    ].flatMap(([path, field, value]) =>
      INVISIBLE.test(value)
        ? [
            error(
              path,
              `${field} holds signs that nobody sees`,
              'Plain text, without control and direction signs.',
            ),
          ]
        : [],
    );
  },
];

export function manifestRules(manifest: Manifest): RuleFinding[] {
  const block = blockOf(manifest);
  return RULES.flatMap((rule) => rule(block, manifest));
}
