import { findNpm } from '../../built-in-engine/npm-program';
import { RegistryClient } from '../../oci/registry-client';
import type { Settings } from '../../config/settings';
import { SystemClock } from '../../shared/system-clock';
import { PACK_USAGE, parsePackArguments } from './pack-arguments';
import { packComponent } from './pack-component';
import { packReport } from './pack-report';

/** Somebody pressed Ctrl-C. */
export class PackInterrupted extends Error {
  constructor() {
    super('Packing was interrupted; nothing was left behind but what is in the registry already.');
  }
}

/**
 * `component pack`: what it is doing goes to stderr, and the report is what it gives back. Ctrl-C ends it with all it runs.
 *
 * @throws RdzenError PACK_*, REGISTRY_*, IMAGE_REFERENCE_INVALID; PackInterrupted
 */
export async function packCommand(
  args: readonly string[],
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if (args.length === 1 && ['--help', '-h'].includes(args[0] ?? '')) return `component pack ${PACK_USAGE}`;
  const request = parsePackArguments(args);
  const { RDZEN_REGISTRY_USER: username, RDZEN_REGISTRY_PASSWORD: password } = settings;
  const clock = new SystemClock();
  const client = new RegistryClient({
    clock,
    plainHttp: settings.RDZEN_REGISTRY_PLAIN_HTTP,
    environment,
    ...(request.to &&
      username !== undefined &&
      password !== undefined && { credentials: { host: request.to.host, username, password } }),
  });
  const stop = new AbortController();
  const interrupted = (): void => stop.abort(new PackInterrupted());
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const say = (text: string): void => void process.stderr.write(`pack: ${text}\n`);
    const npm = findNpm({ nodeProgram: process.execPath, environment, platform: process.platform });
    const tools = { client, npm, clock, environment, signal: stop.signal, say };
    return packReport(await packComponent(request, tools));
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await client.close();
  }
}
