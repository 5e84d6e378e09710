import type { EngineBrainOptions } from './engine-brain';

export interface CoreSettings {
  name: string;
  host: string;
  port: number;
  model: string;
  tokensPerSecond: number;
  exitOnStdinEof: boolean;
  /** Of a question that holds these words the scripted core dies, as of an assertion of its own: exit code 134. */
  crashOn?: string;
  /** Where the core thinks with the built-in engine. */
  engine?: EngineBrainOptions;
}

const SHA256 = /^[0-9a-f]{64}$/i;

/** Reads the program's environment; throws an Error that names the variable, its value and what is allowed. */
export function readCoreSettings(env: NodeJS.ProcessEnv): CoreSettings {
  const brain = env.CORE_BRAIN || 'scripted';
  if (brain !== 'scripted' && brain !== 'engine') {
    throw new Error(`CORE_BRAIN is "${brain}"; allowed: scripted, engine`);
  }
  return {
    name: env.CORE_NAME || 'core',
    host: env.HOST || '127.0.0.1',
    port: numberBetween('PORT', env.PORT, 0, 0, 65_535),
    model: env.CORE_MODEL || 'scripted',
    tokensPerSecond: numberBetween('CORE_TOKENS_PER_SECOND', env.CORE_TOKENS_PER_SECOND, 30, 0.1, 100_000),
    exitOnStdinEof: env.EXIT_ON_STDIN_EOF === '1',
    ...(env.CORE_CRASH_ON && { crashOn: env.CORE_CRASH_ON }),
    ...(brain === 'engine' && { engine: engineSettings(env) }),
  };
}

function engineSettings(env: NodeJS.ProcessEnv): EngineBrainOptions {
  const sha256 = env.CORE_MODEL_SHA256;
  if (sha256 && !SHA256.test(sha256)) {
    throw new Error(`CORE_MODEL_SHA256 is "${sha256}"; allowed: a SHA-256 in hex, 64 digits`);
  }
  return {
    engineDir: required('CORE_ENGINE_DIR', env.CORE_ENGINE_DIR),
    modelFile: required('CORE_MODEL_FILE', env.CORE_MODEL_FILE),
    model: required('CORE_MODEL', env.CORE_MODEL),
    ...(sha256 && { modelSha256: sha256 }),
    ...(env.CORE_MODEL_OWN === '1' && { ownModel: true }),
    threads: Math.trunc(numberBetween('CORE_THREADS', env.CORE_THREADS, 1, 1, 1024)),
  };
}

function required(name: string, value: string | undefined): string {
  if (value) return value;
  throw new Error(`${name} is "${value ?? ''}"; allowed: anything but nothing, where CORE_BRAIN is engine`);
}

function numberBetween(
  name: string,
  text: string | undefined,
  fallback: number,
  min: number,
  max: number,
): number {
  if (!text) return fallback;
  const value = Number(text);
  if (value >= min && value <= max) return value;
  throw new Error(`${name} is "${text}"; allowed: a number from ${min} to ${max}`);
}
