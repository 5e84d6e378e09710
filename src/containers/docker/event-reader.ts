import type { ContainerInspectInfo } from 'dockerode';
import type { Clock } from '../../shared/clock';
import type { ContainerEvent } from '../container-engine';
import { LineRing } from '../line-ring';
import { missingAttachments, type Blueprint } from './blueprint';
import { demultiplexed } from './demultiplexed';
import type { DockerCalls } from './docker-calls';
import type { DockerEvent } from './event-stream';
import type { FollowedContainer } from './followed-container';

/** The engine tells of the memory that ran out a moment before or after the death it led to. */
const OOM_WORD_MS = 50;
const LAST_OUTPUT_LINES = 20;
const LAST_WORDS_MS = 200;
const KILLED = 137;

export interface EventReaderHooks {
  emit(event: ContainerEvent): void;
  /** It runs, as it should be remembered. */
  ran(followed: FollowedContainer, found: ContainerInspectInfo): Promise<Blueprint>;
}

/**
 * Docker's events of the containers we follow, in our words; and, by {@link look}, what they would have told had they
 * come. Sequences as Moby 20.10 to 29 sends them: `kill die` (docker kill), `kill die stop` (docker stop), `kill die stop
 * start restart`, `kill die destroy` (rm -f), `oom die`, `die start` (restart policy).
 */
export class EventReader {
  /** Deaths that wait for their last words. */
  private readonly dying = new Map<FollowedContainer, Promise<void>>();

  constructor(
    private readonly calls: DockerCalls,
    private readonly clock: Clock,
    private readonly hooks: EventReaderHooks,
  ) {}

  take(event: DockerEvent, all: readonly FollowedContainer[]): void {
    const { Type, Action, Actor } = event;
    const attributes = Actor.Attributes ?? {};
    if (Type === 'network') {
      const followed = all.find(({ id }) => id !== undefined && id === attributes.container);
      if (followed && (Action === 'disconnect' || Action === 'connect'))
        void this.quietly(this.attachments(followed));
      return;
    }
    // By its name as well: it may have been made anew by others.
    const followed = all.find(({ id, name }) => id === Actor.ID || name === attributes.name);
    if (!followed || Type !== 'container') return;
    this.ofContainer(followed, Action, attributes, event.timeNano / 1e6, Actor.ID);
  }

  /**
   * Compares what is with what was last told, and tells the difference.
   *
   * @param ours we have just started it: that it ran before was no news
   */
  async look(followed: FollowedContainer, ours = false): Promise<void> {
    const { name } = followed;
    // What the events tell of a death is more than a look can.
    await this.dying.get(followed);
    const found = await this.calls.inspect(name);
    const at = this.clock.now();
    // One that waits for its policy to start it again is told to be running as well.
    if (found?.State.Running && !found.State.Restarting) {
      const anew = !followed.alive || followed.startedAt !== Date.parse(found.State.StartedAt);
      if (anew) {
        if (followed.alive && !ours) this.tellDeath(followed, {});
        followed.started(found);
        this.hooks.emit({ type: 'started', name, pid: found.State.Pid, at });
      }
      if (found.State.Paused !== followed.paused || (anew && found.State.Paused))
        this.frozen(followed, found.State.Paused);
      await this.compareNetworks(followed, found);
      return;
    }
    if (!followed.alive) return;
    const { ExitCode: exitCode, OOMKilled } = found?.State ?? {};
    if (OOMKilled) followed.ranOutOfMemory(this.clock.monotonic());
    this.tellDeath(followed, { exitCode });
  }

  private ofContainer(
    followed: FollowedContainer,
    action: string,
    attributes: Record<string, string>,
    at: number,
    id: string,
  ): void {
    const { name } = followed;
    // Of the one it took the place of.
    if (followed.id !== undefined && followed.id !== id && action !== 'start') return;
    switch (action) {
      case 'start':
        if (followed.busy === 0) void this.quietly(this.look(followed));
        return;
      case 'kill':
        // Of a life that is over, as an end of ours was.
        if (at < followed.startedAt) return;
        followed.sentSignal(attributes.signal ?? '', this.clock.monotonic());
        return;
      case 'oom':
        followed.ranOutOfMemory(this.clock.monotonic());
        this.hooks.emit({ type: 'oom', name, at: this.clock.now() });
        return;
      case 'die':
        this.dies(followed, Number(attributes.exitCode ?? Number.NaN), at);
        return;
      case 'stop':
        if (followed.busy > 0 || followed.stopped) return;
        followed.stopped = true;
        this.hooks.emit({ type: 'stopped', name, at: this.clock.now(), outside: true });
        return;
      case 'pause':
      case 'unpause':
        if ((action === 'pause') !== followed.paused) this.frozen(followed, action === 'pause');
        return;
      case 'health_status: unhealthy':
        this.hooks.emit({ type: 'unhealthy', name, at: this.clock.now() });
    }
  }

  private dies(followed: FollowedContainer, exitCode: number, at: number): void {
    const told = this.quietly(this.died(followed, exitCode, at)).then(() => {
      if (this.dying.get(followed) === told) this.dying.delete(followed);
    });
    this.dying.set(followed, told);
  }

  /** @param at epoch ms, by the engine's clock; a death before the last start that was told is an old one */
  private async died(followed: FollowedContainer, exitCode: number, at: number): Promise<void> {
    if (followed.busy > 0 || !followed.alive || at < followed.startedAt) return;
    const life = followed.startedAt;
    const moment = this.clock.sleep(exitCode === KILLED ? OOM_WORD_MS : 0);
    const [lastOutput] = await Promise.all([this.lastWords(followed), moment]);
    if (!followed.alive || followed.startedAt !== life) return;
    this.tellDeath(followed, Number.isNaN(exitCode) ? {} : { exitCode }, lastOutput);
  }

  private tellDeath(
    followed: FollowedContainer,
    exit: { exitCode?: number },
    lastOutput: string[] = [],
  ): void {
    const known = followed.died(this.clock.monotonic());
    this.hooks.emit({
      type: 'died',
      name: followed.name,
      at: this.clock.now(),
      ...exit,
      ...known,
      lastOutput,
    });
  }

  /** Good to have, and not worth waiting for. */
  private async lastWords({ name, id }: FollowedContainer): Promise<string[]> {
    const ring = new LineRing(LAST_OUTPUT_LINES);
    const read = this.calls.logs(id ?? name, LAST_OUTPUT_LINES).then((recorded) => {
      const sink = ring.sink();
      for (const payload of demultiplexed(recorded)) sink.write(payload);
      sink.end();
    });
    await Promise.race([read.catch(() => undefined), this.clock.sleep(LAST_WORDS_MS)]);
    return ring.last();
  }

  private frozen(followed: FollowedContainer, paused: boolean): void {
    followed.paused = paused;
    this.hooks.emit({ type: paused ? 'paused' : 'resumed', name: followed.name, at: this.clock.now() });
  }

  /** The events of a network come with every end and start as well; only one that is lost in mid-life is news. */
  private async attachments(followed: FollowedContainer): Promise<void> {
    if (followed.busy > 0 || !followed.alive) return;
    const found = await this.calls.inspect(followed.name);
    if (found?.State.Running && found.Id === followed.id) await this.compareNetworks(followed, found);
  }

  private async compareNetworks(followed: FollowedContainer, found: ContainerInspectInfo): Promise<void> {
    const { name, lost } = followed;
    const at = this.clock.now();
    const blueprint = await this.hooks.ran(followed, found);
    const missing = new Set(missingAttachments(blueprint, found).map(({ network }) => network));
    for (const network of missing) {
      if (lost.has(network)) continue;
      lost.add(network);
      this.hooks.emit({ type: 'disconnected', name, at, network });
    }
    for (const network of [...lost]) {
      if (missing.has(network)) continue;
      lost.delete(network);
      this.hooks.emit({ type: 'connected', name, at, network });
    }
  }

  /** An engine that cannot be asked now is looked at when it is back. */
  private async quietly(work: Promise<void>): Promise<void> {
    await work.catch(() => undefined);
  }
}
