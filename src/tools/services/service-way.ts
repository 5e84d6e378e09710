import type { ComponentContainer } from '../../containers/component-containers';
import type { ComponentDoor, Door } from '../../containers/component-door';
import type { HealthProbe, ProbeTarget } from '../../containers/health-probe';

const PROBE_MS = 5_000;

/** The way by which a service is asked for its health. A way that broke is no fault of the service: it is opened anew. */
export class ServiceWay {
  private way?: Door;

  constructor(
    private readonly container: ComponentContainer,
    private readonly target: { port: number; ask: ProbeTarget },
    private readonly door: ComponentDoor,
    private readonly probe: HealthProbe,
    private readonly lifetimeMs: number,
  ) {}

  /** @throws RdzenError as {@link ComponentDoor.open} */
  async open(): Promise<void> {
    this.way ??= await this.door.open(this.container, this.target.port, this.lifetimeMs);
  }

  /**
   * @param sure a bad answer is asked for once more, by another way
   * @returns undefined where it is well, otherwise what is wrong
   * @throws RdzenError as {@link ComponentDoor.open}
   */
  async ask(sure = true): Promise<string | undefined> {
    await this.open();
    const problem = await this.once();
    if (problem === undefined || !sure) return problem;
    await this.close();
    await this.open();
    return this.once();
  }

  async close(): Promise<void> {
    const { way } = this;
    this.way = undefined;
    await way?.close();
  }

  private once(): Promise<string | undefined> {
    return this.way
      ? this.probe.ask(this.way, this.target.ask, PROBE_MS)
      : Promise.resolve('there is no way to it');
  }
}
