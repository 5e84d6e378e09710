export interface CoreSettings {
  name: string;
  host: string;
  port: number;
  model: string;
  tokensPerSecond: number;
  exitOnStdinEof: boolean;
}

/** Reads the program's environment; throws an Error that names the variable, its value and what is allowed. */
export function readCoreSettings(env: NodeJS.ProcessEnv): CoreSettings {
  const brain = env.CORE_BRAIN || 'scripted';
  if (brain !== 'scripted') throw new Error(`CORE_BRAIN is "${brain}"; allowed: scripted`);
  return {
    name: env.CORE_NAME || 'core',
    host: env.HOST || '127.0.0.1',
    port: numberBetween('PORT', env.PORT, 0, 0, 65_535),
    model: env.CORE_MODEL || 'scripted',
    tokensPerSecond: numberBetween('CORE_TOKENS_PER_SECOND', env.CORE_TOKENS_PER_SECOND, 30, 0.1, 100_000),
    exitOnStdinEof: env.EXIT_ON_STDIN_EOF === '1',
  };
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
