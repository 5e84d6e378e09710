import { blockOf, DEFAULT_RESOURCES, type Manifest, PUBLISHER } from './manifest';

/** Where every core listens. */
export const CORE_PORT = 11_434;

/** What a component of the kind `core` is run with, in its trial and afterwards. */
export interface CoreContainer {
  memoryMiB: number;
  cpus: number;
  pids: number;
  /** Where its models lie; a folder of its image, below /data or /mnt. */
  modelPath: string;
  env: Record<string, string>;
  args?: string[];
}

/**
 * The folder of its models is the only one it may write to, so it is its home as well. What the manifest gives goes first.
 * Source of the variables: Ollama, `envconfig/config.go`.
 */
export function coreContainerOf(manifest: Manifest): CoreContainer {
  const { resources, permissions } = blockOf(manifest);
  const { memoryMiB, cpus, pids } = { ...DEFAULT_RESOURCES, ...resources };
  const modelPath = permissions?.filesystem?.state?.path ?? '/data';
  const [{ environmentVariables = [], packageArguments = [] }] = manifest.packages;
  const args = packageArguments.flatMap((one) =>
    one.type === 'positional' ? [one.value] : one.value === undefined ? [one.name] : [one.name, one.value],
  );
  return {
    ...{ memoryMiB, cpus, pids, modelPath },
    env: {
      HOME: modelPath,
      OLLAMA_HOST: `0.0.0.0:${CORE_PORT}`,
      OLLAMA_MODELS: `${modelPath}/models`,
      OLLAMA_KEEP_ALIVE: '-1',
      OLLAMA_NOPRUNE: '1',
      ...Object.fromEntries(
        environmentVariables.flatMap(({ name, default: value }) =>
          value === undefined ? [] : [[name, value]],
        ),
      ),
    },
    ...(args.length > 0 ? { args } : {}),
  };
}

/**
 * The manifest of a core as that of a service that answers `/api/version`: so it is started where it is only looked at.
 *
 * @param processors of the machine: Docker refuses a share of more
 */
export function coreService(manifest: Manifest, processors = Infinity): Manifest {
  const { rdzen } = manifest._meta[PUBLISHER];
  const { cpus, env } = coreContainerOf(manifest);
  const [given] = manifest.packages;
  const environmentVariables = Object.entries(env).map(([name, value]) => ({ name, default: value }));
  return {
    ...manifest,
    packages: [{ ...given, environmentVariables }],
    _meta: {
      [PUBLISHER]: {
        rdzen: {
          ...rdzen,
          resources: { ...rdzen.resources, cpus: Math.min(cpus, processors) },
          health: { type: 'http', port: CORE_PORT, path: '/api/version' },
        },
      },
    },
  };
}
