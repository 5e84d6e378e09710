import type { LintedManifest } from './lint-manifest';
import { blockOf, type Permissions } from './manifest';

/** What `component lint` says, as compilers do: file, line, field, what is wrong, what to write. */
export function lintReport(file: string, { manifest, problems }: LintedManifest): string {
  const lines = problems.map(
    ({ severity, line, path, wrong, write }) =>
      `${file}:${line}: ${severity}: ${wrong}${path ? ` (${path})` : ''}\n    write: ${write}`,
  );
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  lines.push(`${counted(errors, 'error')}, ${counted(warnings, 'warning')}`);
  if (manifest) {
    const { kind, permissions, tools = [] } = blockOf(manifest);
    lines.push(
      `${manifest.name} ${manifest.version}: ${kind}, ${counted(tools.length, 'tool')}; network: ${network(permissions)}`,
    );
  }
  return lines.join('\n');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function network({ network = 'none' }: Permissions = {}): string {
  if (network === 'none') return 'none';
  return 'egress' in network ? `out to ${network.egress.join(', ')}` : `with ${network.internal.join(', ')}`;
}
