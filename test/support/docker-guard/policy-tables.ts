import { CHECKS } from '../../../src/docker-guard/checks';
import type { FieldRules } from '../../../src/docker-guard/field-rules';
import { Policy } from '../../../src/docker-guard/policy';
import { ROUTES } from '../../../src/docker-guard/routes';
import { LIMITS } from './guard-world';

const LEVELS = { managed: 'ours', watched: 'ours, and watched ones', none: 'see below' };

/** The tables of docs/docker-guard.md, out of the policy itself. */
export function policyTables(): string {
  const policy = new Policy(LIMITS);
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const fields = (prefix: string, rules: FieldRules): string[] =>
    Object.entries(rules).map(
      ([key, { allowed, required }]) =>
        `| \`${prefix}.${key}\` | ${cell(allowed)} | ${required ? 'yes' : ''} |`,
    );
  return [
    '### Calls',
    '',
    '| rule | call | of which | query keys that go on |',
    '|---|---|---|---|',
    ...ROUTES.map(
      ({ rule, method, path, level, query }) =>
        `| \`${rule}\` | \`${method} ${path}\` | ${LEVELS[level]} | ${query.join(', ')} |`,
    ),
    '',
    '### Keys of bodies',
    '',
    'Any other key is refused unless it is empty (null, false, 0, "", [], {}).',
    '',
    '| rule | allowed | required |',
    '|---|---|---|',
    ...fields('component', policy.component),
    ...fields('component.HostConfig', policy.componentHost),
    ...fields('helper', policy.helper),
    ...fields('helper.HostConfig', policy.helperHost),
    ...fields('core', policy.core),
    ...fields('core.HostConfig', policy.coreHost),
    ...fields('network', policy.network),
    ...fields('volume', policy.volume),
    ...fields('update', policy.update),
    ...fields('connect', policy.connect),
    ...fields('disconnect', policy.disconnect),
    ...fields('endpoint', policy.endpoint),
    '',
    '### Replacements',
    '',
    'Every key is what the engine tells of the old container, but for these:',
    '',
    '| rule | allowed |',
    '|---|---|',
    ...Object.entries(policy.weaker).map(
      ([key, { allowed }]) => `| \`replacement.${key}\` | ${cell(allowed)} |`,
    ),
    '',
    '### Checks',
    '',
    '| rule | what it says |',
    '|---|---|',
    ...Object.entries(CHECKS).map(([rule, words]) => `| \`${rule}\` | ${words} |`),
  ].join('\n');
}
