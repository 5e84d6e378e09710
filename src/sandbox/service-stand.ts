import type { Manifest } from '../component-registry/manifest/manifest';
import type { ComponentNetwork } from '../containers/component-networks';
import type { Making, Purpose } from '../tools/component-runtime';
import type { RunningService, ServiceRuntime } from '../tools/services/service-runtime';
import type { ResourceWatch } from './resource-watch';

/** A service on trial: one container at a time, all on one network of the trial's own. */
export class ServiceStand {
  /** The one that runs. */
  running?: RunningService;
  private network?: ComponentNetwork;
  private readonly made: RunningService[] = [];

  constructor(
    private readonly services: ServiceRuntime | undefined,
    private readonly subject: { manifest: Manifest; image: string },
    private readonly purpose: Purpose,
    private readonly making: Pick<Making, 'state' | 'fixtures'>,
    private readonly watch: ResourceWatch,
    private readonly signal: AbortSignal,
    private readonly listen: () => Promise<void>,
  ) {}

  /** Something has run. */
  get ran(): boolean {
    return this.made.length > 0;
  }

  /** Bytes that the loudest of its containers wrote. */
  get logBytes(): number {
    return Math.max(0, ...this.made.map(({ logBytes }) => logBytes));
  }

  get logTail(): string {
    return this.made.map(({ logTail }) => logTail).join('\n');
  }

  /**
   * A fresh container in place of the one before, on the same data.
   *
   * @returns once it is well
   * @throws ComponentDidNotStart, RdzenError as {@link ServiceRuntime.start}
   */
  async start(): Promise<RunningService> {
    this.signal.throwIfAborted();
    const { services, subject, purpose, making, signal } = this;
    if (!services) throw new Error('this trial has no services');
    await this.end();
    await this.listen();
    this.network ??= await services.network(subject.manifest, purpose);
    const running = await services.start(subject.manifest, subject.image, this.network, purpose, {
      ...making,
      signal,
    });
    this.running = running;
    this.made.push(running);
    await this.watch.begin(running.container);
    return running;
  }

  /** Nothing of it is left after it. */
  async close(): Promise<void> {
    await this.end();
    await this.network?.close();
  }

  private async end(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    await this.watch.end();
    await running?.close().catch(() => undefined);
  }
}
