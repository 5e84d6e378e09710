import type { ContainerEvent } from '../../../src/containers/container-engine';
import type { ChatMessage, ChatRoom } from '../../../src/rocket-chat/chat-types';
import { VirtualClock } from '../../support/virtual-clock';
import { ChatServer } from './chat-server';
import { ChatTrouble } from './chat-trouble';
import type { CoreMachine } from './core-engine';
import { CoreSet } from './core-set';
import { Cores } from './cores';
import { Dice, hash } from './dice';
import { Disk, type DiskChange } from './disk';
import { idOf, nameOf } from './further-containers';
import { Gateway, type Surroundings } from './gateway';
import { Ledger, type Post, type Row } from './ledger';
import { MembershipWishes } from './membership';
import type { Plan } from './plan.types';
import { Trace } from './trace';

export interface WorldOptions {
  /** The process dies when it first comes to this point, besides the deaths drawn by the seed. */
  crashAt?: string;
  /** Of the deaths drawn by the seed, by their number, those left out. */
  spared?: ReadonlySet<number>;
  /** Commits lost with each death: a store that does not sync. */
  forgets?: number;
}

/** What looks on, and judges. */
export interface Watcher {
  committed(change: DiskChange, before: Row | undefined): void;
  wrote(post: Post, fresh: boolean): void;
}

/** By which the product lets a room's first message be older than the room. */
const SLACK_MS = 900;

/** Late enough for something to be broken already when it starts for the first time. */
const FIRST_START_MS = 50;

export type Phase = 'safety' | 'liveness';

/**
 * Everything there is, on one clock: people and their rooms, cores, a disk, and the gateway, which dies and is started
 * again by its supervisor. All chance comes from the plan's seed.
 */
export class World implements Surroundings {
  readonly clock = new VirtualClock();
  readonly ledger = new Ledger();
  readonly server: ChatServer;
  readonly trouble: ChatTrouble;
  readonly cores: Cores;
  readonly disk: Disk;
  readonly running = new Map<string, number>();
  readonly machine: CoreMachine = {
    running: this.running,
    deathsLastMinute: (name) => this.deathsLastMinute(name),
    restart: (name) => this.renew(name),
    has: (name) => this.members.has(idOf(name)),
  };
  /** Those that have a container. */
  readonly members: CoreSet;
  /** Further cores as the disk tells of them, by number. */
  readonly further = new Map<number, { id: number; lock: string; phase: string }>();
  readonly wishes = new MembershipWishes(this);
  readonly lines = new Trace();
  /** Points the process came to while it might have died there. */
  readonly reached = new Set<string>();
  /** Points at which it died. */
  readonly died: string[] = [];
  readonly inflicted = new Map<string, number>();
  phase: Phase = 'safety';
  gateway?: Gateway;
  skewMs = 0;
  /** Monotonic ms of the last time our own clock was wrong or stood still. */
  lastTilt = -Infinity;
  lastDiskTrouble = -Infinity;
  /** Monotonic ms of the last time an administrator's hold ended. */
  lastReleased = -Infinity;
  private readonly deaths: { name: string; at: number }[] = [];
  private lives = 0;
  private drawn = 0;
  private forced = false;
  private readonly mending = new Set<() => void>();
  private readonly dice: Dice;

  constructor(
    readonly plan: Plan,
    private readonly options: WorldOptions,
    watcher: Watcher,
  ) {
    const { seed } = plan;
    const told = (message: ChatMessage, before: ChatMessage | undefined): void => {
      const post = this.ledger.posted(message);
      this.trace(() => `the assistant ${before ? 'edits' : 'posts'} ${message.id}: ${short(message.text)}`);
      watcher.wrote(post, before === undefined);
    };
    this.dice = new Dice(seed, 'world');
    this.trouble = new ChatTrouble(new Dice(seed, 'trouble'), this.clock);
    this.server = new ChatServer(this.clock, plan.maxMessageLength, { botWrote: told }, (room) =>
      this.lag(room),
    );
    const ids = Array.from({ length: plan.cores }, (_, index) => index + 1);
    this.cores = new Cores(this.clock, ids, new Dice(seed, 'cores'), plan.continues);
    this.members = new CoreSet(ids, this);
    for (const id of ids) this.running.set(nameOf(id), 100 + id);
    this.disk = new Disk(
      (change) => {
        const before = this.ledger.apply(change, this.clock.now());
        if (change.what === 'member') this.further.set(change.id, change);
        if (change.what === 'hold' && !change.held) this.lastReleased = this.clock.monotonic();
        this.trace(() => `disk: ${JSON.stringify(change)}`);
        watcher.committed(change, before);
      },
      options.forgets ?? 0,
      new Dice(seed, 'disk'),
    );
  }

  async open(): Promise<void> {
    await this.disk.open();
    this.clock.after(FIRST_START_MS, () => this.startGateway());
  }

  async close(): Promise<void> {
    this.gateway?.life.die();
    await this.disk.close();
  }

  trace(tell: () => string): void {
    this.lines.add(this.clock.monotonic(), tell);
  }

  /** From now on nothing breaks, and what is broken is mended. */
  endFaults(): void {
    this.phase = 'liveness';
    for (const mend of [...this.mending]) mend();
    this.trouble.heal();
    this.disk.fails = 0;
    for (const id of this.members.ids) {
      const core = this.cores.of(id);
      core.faults.length = 0;
      core.resume();
    }
    this.trace(() => 'all faults end');
  }

  /** Runs `mend` once: after its time, or when all faults end. */
  mendAfter(ms: number, mend: () => void): void {
    const once = (): void => {
      timer.cancel();
      if (this.mending.delete(once)) mend();
    };
    this.mending.add(once);
    const timer = this.clock.after(ms, once);
  }

  /** The engine ends and starts a core's process, at the gateway's word. */
  private async renew(name: string): Promise<void> {
    const id = idOf(name);
    const core = this.cores.of(id);
    this.trace(() => `${name} is started anew`);
    core.kill();
    this.coreEvent(id, 'stopped');
    await this.clock.sleep(this.dice.whole(40, 400));
    // It was removed meanwhile.
    if (!this.members.has(id)) return;
    core.restart();
    // What is broken in its files hangs again.
    if (this.cores.isBroken(id)) core.freeze();
    this.cores.renewed(id);
    this.coreEvent(id, 'started');
  }

  private deathsLastMinute(name: string): number {
    const since = this.clock.monotonic() - 60_000;
    return this.deaths.filter((death) => death.name === name && death.at > since).length;
  }

  coreEvent(id: number, type: 'died' | 'stopped' | 'started'): void {
    const name = nameOf(id);
    const at = this.clock.now();
    if (type === 'died') this.deaths.push({ name, at: this.clock.monotonic() });
    if (type !== 'started') this.running.delete(name);
    else {
      this.running.set(name, 1_000 + Math.round(this.clock.monotonic()));
      this.cores.startedAt.set(id, this.clock.monotonic());
    }
    if (!this.plan.containers) return;
    const event: ContainerEvent =
      type === 'died'
        ? { type, name, at, ...this.causeOfDeath(id), lastOutput: [] }
        : type === 'stopped'
          ? { type, name, at }
          : { type, name, at, pid: this.running.get(name) };
    this.gateway?.engine.tell(event);
  }

  /** Somebody ends it, or it crashes. */
  private causeOfDeath(id: number): { signal: string } | { exitCode: number } {
    const dice = new Dice(this.plan.seed, `death of ${id} at ${this.clock.monotonic()}`);
    return dice.chance(0.5) ? { exitCode: 134 } : { signal: 'SIGKILL' };
  }

  /** Not before the first question: an assistant whose clock is an hour ahead when it first opens its journal takes that hour for history. */
  setClock(byMs: number): void {
    if (this.ledger.rows.size === 0) return;
    this.skewMs += byMs;
    this.lastTilt = this.clock.monotonic();
    if (this.gateway) this.gateway.clock.skewMs = this.skewMs;
  }

  /** As on SIGTERM; the supervisor starts it again. */
  stopGateway(): void {
    const { gateway } = this;
    this.trace(() => 'SIGTERM');
    void gateway?.stop().then(() => gateway.life.die());
  }

  /** What is said in a room that has just become ours cannot be told from what was said before by a clock that is far off. */
  private lag(room: ChatRoom | undefined): number {
    const { stampLagMs } = this.plan;
    if (stampLagMs === 0 || !this.dice.chance(0.3)) return 0;
    const fresh = this.clock.now() - (this.server.joined.get(room?.id ?? '') ?? 0) < stampLagMs;
    return this.dice.whole(1, fresh ? Math.min(SLACK_MS, stampLagMs) : stampLagMs);
  }

  private startGateway(): void {
    const number = ++this.lives;
    const gateway = new Gateway(number, this, this.reaper(number));
    this.gateway = gateway;
    this.trace(() => `the gateway starts (life ${number})`);
    gateway.life.onDeath(() => this.buried(gateway));
    gateway.start().catch((error: unknown) => {
      // The program ends with an error, and its supervisor tries again.
      this.trace(() => `the gateway does not start: ${String(error)}`);
      gateway.life.die();
    });
  }

  private buried(gateway: Gateway): void {
    if (this.gateway !== gateway) return;
    this.gateway = undefined;
    this.trace(() => `the gateway is dead (life ${gateway.number})`);
    const wait = this.dice.pick([150, 700, 2_000, 5_000]);
    this.clock.after(wait, () => void this.disk.crash().then(() => this.startGateway()));
  }

  private reaper(life: number): (point: string) => boolean {
    const { crashAt, spared } = this.options;
    const { seed, crashes, crashShare } = this.plan;
    /** How often each point is passed before it kills; Infinity: always. */
    const left = new Map<string, number>();
    return (point) => {
      if (this.phase !== 'safety') return false;
      this.reached.add(point);
      if (point === crashAt && !this.forced) {
        this.forced = true;
        return this.killed(point);
      }
      if (this.drawn >= crashes) return false;
      let passes = left.get(point);
      if (passes === undefined) {
        const lot = hash(`${seed}/${life}/${point}`);
        passes = lot / 2 ** 32 < crashShare ? lot % 3 : Infinity;
      }
      left.set(point, passes - 1);
      if (passes > 0) return false;
      const number = this.drawn++;
      return !spared?.has(number) && this.killed(point);
    };
  }

  private killed(point: string): boolean {
    this.died.push(point);
    this.trace(() => `CRASH at ${point}`);
    return true;
  }
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 90 ? `${line.slice(0, 60)} ... ${line.slice(-25)}` : line;
}
