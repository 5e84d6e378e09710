import { EngineUnavailable } from './engine-unavailable';

const BUILDS: Readonly<Record<string, string>> = {
  'linux/x64': 'linux-x64',
  'linux/arm64': 'linux-arm64',
  'darwin/arm64': 'mac-arm64-metal',
  'darwin/x64': 'mac-x64',
  'win32/x64': 'win-x64',
};
export const OTHER_ENGINES =
  'Install Ollama (ollama.com) and start again, or point OLLAMA_URL_CORE1 and OLLAMA_URL_CORE2 at a running one';

export interface Machine {
  platform: string;
  arch: string;
  musl: boolean;
}

export function thisMachine(): Machine {
  return { platform: process.platform, arch: process.arch, musl: process.platform === 'linux' && usesMusl() };
}

/**
 * The engine's CPU build for a machine, as its lock folder is called.
 * @throws EngineUnavailable where there is none.
 */
export function buildFor({ platform, arch, musl }: Machine): string {
  if (musl)
    throw new EngineUnavailable(
      'The built-in engine has no build for musl (Alpine Linux); it needs glibc',
      `Run Rdzen on a system with glibc (Debian, Ubuntu, Fedora; node:20-slim as a container). ${OTHER_ENGINES}`,
    );
  const build = BUILDS[`${platform}/${arch}`];
  if (build === undefined)
    throw new EngineUnavailable(
      `The built-in engine has no build for ${platform} on ${arch}`,
      `There are builds for Linux and macOS on x64 and arm64, and for Windows on x64. ${OTHER_ENGINES}`,
    );
  return build;
}

function usesMusl(): boolean {
  // Without this the report looks up the name of every open connection, and waits long where there is no DNS.
  const settings = process.report as unknown as { excludeNetwork?: boolean };
  const before = settings.excludeNetwork;
  if (before !== undefined) settings.excludeNetwork = true;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  if (before !== undefined) settings.excludeNetwork = before;
  return report.header?.glibcVersionRuntime === undefined;
}
