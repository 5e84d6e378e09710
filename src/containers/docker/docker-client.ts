import Docker, { type DockerVersion } from 'dockerode';
import type { Clock } from '../../shared/clock';
import { Deadline } from '../../shared/deadline';
import { type Asked, dockerFailure, dockerTimeout, dockerTooOld } from './docker-failure';

/** Docker 20.10. */
const OLDEST_API = '1.41';
/** For a call that only asks or marks. */
const CALL_MS = 10_000;

/** Where the engine listens: a socket's path, or host and port. */
export type DockerAddress = { socketPath: string } | { host: string; port: number; protocol: 'http' };

/** @param host `unix:///path`, `tcp://host:port` or `http://host:port` */
export function dockerAddress(host: string): DockerAddress {
  const url = new URL(host);
  if (url.protocol === 'unix:') return { socketPath: url.pathname };
  return { host: url.hostname, port: Number(url.port || 2375), protocol: 'http' };
}

/** dockerode with a deadline on every call and our codes on every failure. Its types go no further than this folder. */
export class DockerClient {
  private made?: Docker;
  private readonly never = new AbortController().signal;

  constructor(
    private readonly address: DockerAddress,
    private readonly clock: Clock,
  ) {}

  /** Loaded with the first call: most processes of the embedded profile never make one. */
  get api(): Docker {
    return (this.made ??= new Docker(this.address));
  }

  /**
   * @param withinMs how long the engine may take
   * @throws RdzenError ENGINE_*, IMAGE_MISSING, CONTAINER_PORT_TAKEN
   */
  async call<T>(
    asked: Asked,
    work: (abortSignal: AbortSignal) => Promise<T>,
    withinMs = CALL_MS,
  ): Promise<T> {
    const deadline = new Deadline(this.clock, withinMs, this.never);
    const over = new Promise<never>((_, reject) =>
      deadline.signal.addEventListener('abort', () => reject(dockerTimeout(asked, withinMs)), { once: true }),
    );
    over.catch(() => undefined);
    try {
      // The race as well: a dial that hangs before its request is sent does not hear the signal.
      return await Promise.race([work(deadline.signal), over]);
    } catch (error) {
      if (deadline.signal.aborted) throw dockerTimeout(asked, withinMs);
      throw dockerFailure(error, asked);
    } finally {
      deadline.end();
    }
  }

  /**
   * A call whose reply goes on: only its beginning has a deadline.
   *
   * @param ending ends the stream
   * @throws RdzenError as {@link call}
   */
  async open<T>(
    asked: Asked,
    ending: AbortSignal,
    work: (abortSignal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const late = new AbortController();
    const timer = this.clock.after(CALL_MS, () => late.abort(new Error('time is over')));
    const over = new Promise<never>((_, reject) =>
      late.signal.addEventListener('abort', () => reject(dockerTimeout(asked, CALL_MS)), { once: true }),
    );
    over.catch(() => undefined);
    try {
      return await Promise.race([work(AbortSignal.any([ending, late.signal])), over]);
    } catch (error) {
      if (late.signal.aborted) throw dockerTimeout(asked, CALL_MS);
      throw dockerFailure(error, asked);
    } finally {
      timer.cancel();
    }
  }

  /**
   * The engine's version, if it can be used.
   *
   * @throws RdzenError ENGINE_UNREACHABLE, ENGINE_FORBIDDEN, ENGINE_TOO_OLD, ENGINE_TIMEOUT
   */
  async version(withinMs = CALL_MS): Promise<string> {
    const asked = { verb: 'tell', subject: 'its version' };
    // Its published types know nothing of a signal here.
    const api = this.api as unknown as { version(options: object): Promise<DockerVersion> };
    const { Version, ApiVersion } = await this.call(
      asked,
      (abortSignal) => api.version({ abortSignal }),
      withinMs,
    );
    if (isOlder(ApiVersion, OLDEST_API)) throw dockerTooOld(ApiVersion, OLDEST_API);
    return Version;
  }

  /** Processors of the machine the engine runs on. */
  async processors(): Promise<number | undefined> {
    const asked = { verb: 'tell', subject: 'of its machine' };
    const { NCPU } = await this.call(asked, () => this.api.info() as Promise<{ NCPU?: number }>);
    return NCPU;
  }
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = than.split('.').map(Number);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}
