import { blockOf, type Manifest, type ToolRight } from '../component-registry/manifest/manifest';

/** What a component may do once it is installed, as its approvers read it. */
export interface Rights {
  /** Hosts with ports. */
  egress: string[];
  /** Other components. */
  internal: string[];
  /** What it keeps after it has stopped, at most. */
  stateMiB?: number;
  /** Names of what it has to be given. */
  secrets: string[];
  /** It runs all the time, for others. */
  service?: true;
  tools: Pick<ToolRight, 'name' | 'effect' | 'egress'>[];
  /** It takes part in answering, and sees the conversations. */
  answers?: true;
}

export function rightsOf(manifest: Manifest): Rights {
  const { kind, permissions: { network = 'none', filesystem } = {}, tools = [] } = blockOf(manifest);
  return {
    egress: typeof network === 'object' && 'egress' in network ? network.egress : [],
    internal: typeof network === 'object' && 'internal' in network ? network.internal : [],
    ...(kind === 'service' ? { service: true as const } : {}),
    ...(filesystem?.state ? { stateMiB: filesystem.state.maxMiB } : {}),
    secrets: (manifest.packages[0].environmentVariables ?? [])
      .filter(({ isSecret }) => isSecret)
      .map(({ name }) => name),
    tools: tools.map(({ name, effect, egress = false }) => ({ name, effect, egress })),
    ...(kind === 'core' ? { answers: true as const } : {}),
  };
}

/** How many persons have to agree: two where it reaches out, keeps something, is told a secret, or answers people. */
export function approversNeeded({ egress, internal, stateMiB, secrets, tools, answers }: Rights): 1 | 2 {
  const reaches = egress.length > 0 || internal.length > 0 || tools.some((tool) => tool.egress);
  return reaches || answers || stateMiB !== undefined || secrets.length > 0 ? 2 : 1;
}
