import type { ComponentBlock, Manifest } from './manifest';
import { error, type Rule, type RuleFinding } from './rule-finding';

/** What a core has to say of itself: what it takes and where its models lie. All else about it is as with every core. */
export const coreRules: Rule = (block, manifest) =>
  block.kind === 'core' ? [...asked(block), ...refused(block, manifest)] : [];

function asked({ resources = {}, permissions }: ComponentBlock): RuleFinding[] {
  const missing = (['memoryMiB', 'cpus', 'pids'] as const).filter((key) => resources[key] === undefined);
  return [
    ...(missing.length > 0
      ? [
          error(
            '@/resources',
            `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: what is usual for a tool is too little for a model`,
            'What the model needs: {"memoryMiB": 4096, "cpus": 4, "pids": 512}.',
          ),
        ]
      : []),
    ...(permissions?.filesystem?.state === undefined
      ? [
          error(
            '@/permissions',
            'a core has no folder for its models',
            'filesystem.state with a path below /data or /mnt, and the MiB its models may take.',
          ),
        ]
      : []),
  ];
}

function refused(
  { permissions, health, trial, data }: ComponentBlock,
  { packages: [{ transport, environmentVariables = [] }] }: Manifest,
): RuleFinding[] {
  const findings: RuleFinding[] = [];
  const refuse = (is: boolean, path: string, wrong: string, write: string): void => {
    if (is) findings.push(error(path, wrong, write));
  };
  refuse(
    transport.type !== 'stdio',
    '/packages/0/transport',
    'nobody speaks MCP with a core',
    'Write {"type": "stdio"}, which the format wants; a core answers as Ollama does, on port 11434.',
  );
  refuse(
    typeof permissions?.network === 'object',
    '@/permissions/network',
    'a core reaches nothing by itself',
    'Take it out: its model is brought to it.',
  );
  refuse(health !== undefined, '@/health', 'a core is watched as every core is', 'Take health out.');
  refuse(
    (trial?.calls ?? []).length > 0,
    '@/trial/calls',
    'a core has no tools to call',
    'Take calls out; a token that it generates is what is tried.',
  );
  refuse(
    data !== undefined && data.backup !== 'none',
    '@/data/backup',
    'nothing of a core is kept from one version to the next',
    'Take data out: a new one is brought its model anew.',
  );
  refuse(
    environmentVariables.some(({ isSecret }) => isSecret),
    '/packages/0/environmentVariables',
    'a core is told no secrets',
    'Take those out that are secret.',
  );
  return findings;
}
