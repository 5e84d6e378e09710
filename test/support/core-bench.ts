import { Settings } from '../../src/config/settings';
import type { ContainerEngine, ContainerEvent, ContainerInfo } from '../../src/containers/container-engine';
import { CoreHistory } from '../../src/core-registry/core-history';
import { CoreRegistry } from '../../src/core-registry/core-registry';
import type { Core, CoreDefinition, CoreState } from '../../src/core-registry/core.types';
import { PaceBaselines } from '../../src/core-registry/pace-baselines';
import { ModelProfile } from '../../src/core-registry/model-profile';
import { EventBus } from '../../src/events/event-bus';
import { ClusterControl } from '../../src/failover/cluster-control.service';
import { FailoverNotices } from '../../src/failover/failover-notices';
import { FailoverService } from '../../src/failover/failover.service';
import { ModelBringer } from '../../src/failover/repair/model-bringer';
import { RepairJournal } from '../../src/failover/repair/repair-journal';
import { RepairService, RepairTools } from '../../src/failover/repair/repair.service';
import { RepairPorts, RepairSteps } from '../../src/failover/repair/repair-steps';
import { Promoter } from '../../src/failover/promoter';
import { SwitchoverService } from '../../src/failover/switchover.service';
import { VoluntaryMoves, VoluntaryPorts } from '../../src/failover/voluntary-moves.service';
import { AttemptRunner } from '../../src/generation/attempt-runner';
import { CoreDispatcher } from '../../src/generation/core-dispatcher';
import { GenerationService } from '../../src/generation/generation.service';
import type { GenerationResult } from '../../src/generation/generation.types';
import { Suspects } from '../../src/generation/suspects';
import { CoreProbes } from '../../src/health-monitor/core-probes';
import { DriftGuard } from '../../src/health-monitor/drift-guard';
import { HealthMonitor } from '../../src/health-monitor/health-monitor.service';
import { PaceProbe } from '../../src/health-monitor/pace-probe';
import { PaceWatch } from '../../src/health-monitor/pace-watch';
import { TiltWatch } from '../../src/health-monitor/tilt-watch';
import { HealthMonitorPorts, WatchTools } from '../../src/health-monitor/watch-tools';
import { AnswerJournal } from '../../src/journal/answer-journal';
import type { NewQuestion } from '../../src/journal/journal.types';
import { NoticeJournal } from '../../src/journal/notice-journal';
import { PostIdKey } from '../../src/journal/post-id';
import { QuestionJournal } from '../../src/journal/question-journal';
import { LanguageOf } from '../../src/rooms/language-of';
import { NoticeRoom } from '../../src/rooms/notice-room';
import { RoomRegistry } from '../../src/rooms/room-registry';
import type { LibsqlStore } from '../../src/storage/libsql-store';
import type { FakeCoreState } from './fakes/fake-core-state';
import { FakeOllamaApi } from './fakes/fake-ollama-api';
import { memoryStore } from './memory-store';
import { SeededRandom } from './seeded-random';
import { VirtualClock } from './virtual-clock';

export interface BenchOptions {
  cores?: number;
  slots?: number;
  warmStandby?: boolean;
  /** `num_thread` of every request. */
  threads?: number;
  numPredict?: number;
  seed?: number;
  /** Cores have containers, so that the engine tells of their deaths. */
  engine?: boolean;
}

/** A container engine that only tells what a test says. */
export class ToldEngine {
  private listener?: (event: ContainerEvent) => void;
  readonly infos = new Map<string, Partial<ContainerInfo>>();

  onEvent(listener: (event: ContainerEvent) => void): () => void {
    this.listener = listener;
    return () => (this.listener = undefined);
  }

  /** What was asked of it, as `restart core1 0`. */
  readonly asked: string[] = [];
  /** What starting a core's process anew does. */
  onRenewed: (name: string) => void = () => undefined;
  /** It takes the call and never answers. */
  hangs = false;

  restart(name: string, graceMs: number): Promise<unknown> {
    return this.renew(`restart ${name} ${graceMs}`, name);
  }

  recreate(name: string, image?: string): Promise<unknown> {
    return this.renew(`recreate ${name}${image === undefined ? '' : ` ${image}`}`, name);
  }

  stop(name: string): Promise<void> {
    this.asked.push(`stop ${name}`);
    this.infos.set(name, { ...this.infos.get(name), state: 'stopped' });
    this.tell({ type: 'stopped', name, at: 0 });
    return Promise.resolve();
  }

  private renew(asked: string, name: string): Promise<unknown> {
    this.asked.push(asked);
    if (this.hangs) return new Promise(() => undefined);
    this.tell({ type: 'stopped', name, at: 0 });
    this.infos.set(name, { image: 'core', ...this.infos.get(name), state: 'running', deathsLastMinute: 0 });
    this.onRenewed(name);
    this.tell({ type: 'started', name, at: 0, pid: 77 });
    return Promise.resolve();
  }

  inspect(name: string): Promise<ContainerInfo | undefined> {
    return Promise.resolve(this.infos.get(name) as ContainerInfo | undefined);
  }

  tell(event: ContainerEvent): void {
    this.listener?.(event);
  }

  get heard(): boolean {
    return this.listener !== undefined;
  }
}

/** Registry, journal, generation, monitor and failover as the product wires them, on virtual time and scripted cores. */
export class CoreBench {
  readonly clock = new VirtualClock();
  readonly bus = new EventBus();
  readonly settings = new Settings();
  readonly engine = new ToldEngine();
  readonly ollama = new FakeOllamaApi(this.clock);
  readonly noticeRoom = new NoticeRoom();
  readonly registry: CoreRegistry;
  readonly history: CoreHistory;
  readonly journal: QuestionJournal;
  readonly answers: AnswerJournal;
  readonly notices: NoticeJournal;
  readonly rooms: RoomRegistry;
  readonly languages: LanguageOf;
  readonly profile: ModelProfile;
  readonly tilt: TiltWatch;
  readonly monitor: HealthMonitor;
  readonly failoverNotices: FailoverNotices;
  readonly promoter: Promoter;
  readonly baselines: PaceBaselines;
  readonly paceWatch: PaceWatch;
  readonly failover: FailoverService;
  readonly switchovers: SwitchoverService;
  readonly moves: VoluntaryMoves;
  readonly control: ClusterControl;
  readonly repairs: RepairService;
  readonly repairJournal: RepairJournal;
  readonly dispatcher: CoreDispatcher;
  readonly generation: GenerationService;
  /** Every state change, as `1 ready`. */
  readonly changes: string[] = [];
  private asked = 0;

  private constructor(
    readonly store: LibsqlStore,
    { warmStandby = true, numPredict = 1024, seed = 1, threads }: BenchOptions,
  ) {
    const { clock, bus, ollama } = this;
    this.profile = new ModelProfile(
      'm',
      { num_ctx: 4096, num_predict: numPredict, ...(threads ? { num_thread: threads } : {}) },
      warmStandby,
    );
    this.registry = new CoreRegistry(store, bus, clock);
    this.history = new CoreHistory(store, this.registry, bus, clock);
    this.history.start();
    this.journal = new QuestionJournal(store, bus, clock);
    this.answers = new AnswerJournal(store);
    this.notices = new NoticeJournal(store, bus, clock, new PostIdKey(Buffer.alloc(32, 7)));
    this.rooms = new RoomRegistry(store);
    this.languages = new LanguageOf(store, this.settings);
    this.tilt = new TiltWatch(this.registry, clock);
    this.monitor = new HealthMonitor(
      this.registry,
      new WatchTools(
        this.registry,
        new CoreProbes(ollama, this.profile, this.registry, clock),
        new PaceProbe(ollama, this.profile, clock),
        new DriftGuard(ollama, this.registry, this.profile, clock),
        this.tilt,
        new HealthMonitorPorts(clock, new SeededRandom(seed)),
      ),
      this.engine as unknown as ContainerEngine,
      bus,
    );
    this.baselines = new PaceBaselines(store, this.profile);
    this.paceWatch = new PaceWatch(this.registry, this.baselines, this.tilt, bus, clock);
    const notices = (this.failoverNotices = new FailoverNotices(
      this.journal,
      this.notices,
      this.registry,
      this.languages,
      this.noticeRoom,
    ));
    this.promoter = new Promoter(this.registry, notices, clock);
    this.failover = new FailoverService(this.registry, this.promoter, notices, this.history, bus, clock);
    this.switchovers = new SwitchoverService(
      this.registry,
      this.promoter,
      bus,
      clock,
      new SeededRandom(seed),
    );
    this.moves = new VoluntaryMoves(
      this.registry,
      this.switchovers,
      this.promoter,
      notices,
      this.settings,
      new VoluntaryPorts(bus, clock),
    );
    this.control = new ClusterControl(
      this.registry,
      this.switchovers,
      this.promoter,
      this.engine as unknown as ContainerEngine,
    );
    const ports = new RepairPorts(bus, clock);
    this.repairJournal = new RepairJournal(store, clock);
    const models = new ModelBringer(ollama, this.profile, this.registry);
    const engine = this.engine as unknown as ContainerEngine;
    const steps = new RepairSteps(engine, ollama, this.profile, models, this.registry, ports);
    const tools = new RepairTools(steps, this.repairJournal, models, new SeededRandom(seed));
    this.repairs = new RepairService(this.registry, engine, tools, notices, ports);
    this.dispatcher = new CoreDispatcher(this.registry, bus);
    this.generation = new GenerationService(
      new Suspects(this.dispatcher, this.registry, this.journal, bus, clock),
      new AttemptRunner(ollama, this.registry, this.profile, bus, clock),
      this.registry,
      this.journal,
      bus,
      clock,
    );
    bus.on('core.state-changed', ({ core, to }) => void this.changes.push(`${core.id} ${to}`));
  }

  static async create(options: BenchOptions = {}): Promise<CoreBench> {
    const bench = new CoreBench(await memoryStore(), options);
    const definitions = Array.from({ length: options.cores ?? 2 }, (_, index): CoreDefinition => {
      const id = index + 1;
      const container = options.engine ? { container: `core${id}` } : {};
      const [kind, slots] = ['external' as const, options.slots ?? 1];
      return { id, kind, url: `http://core${id}`, host: 'host', slots, ...container };
    });
    await bench.registry.open(definitions, 1);
    return bench;
  }

  /** Monitor and failover run, and every core had the time to prove itself. */
  static async running(options: BenchOptions = {}): Promise<CoreBench> {
    const bench = await CoreBench.create(options);
    await bench.begin();
    await bench.clock.advance(12_000);
    return bench;
  }

  /** The cores are simply said to be ready; nobody judges them. */
  static async unwatched(options: BenchOptions = {}): Promise<CoreBench> {
    const bench = await CoreBench.create(options);
    for (const { id } of bench.registry.all()) {
      bench.registry.setState(id, 'ready', 'said so');
      bench.registry.update(id, { continues: true });
      bench.core(id).resident = { contextLength: 4096 };
    }
    return bench;
  }

  async begin(): Promise<void> {
    await this.failover.start();
    const started = this.monitor.start();
    await this.clock.advance(0);
    await started;
    await this.paceWatch.start();
    this.moves.start();
  }

  async end(): Promise<void> {
    await this.during(this.repairs.stop());
    await this.during(this.moves.stop());
    await this.during(this.switchovers.stop());
    await this.during(this.failover.stop());
    await this.paceWatch.stop();
    await this.during(this.monitor.stop());
    await this.history.stop();
  }

  /** Lets time pass until the promise is settled. */
  async during<T>(work: Promise<T>, withinMs = 600_000): Promise<T> {
    let open = true;
    const watched = work.finally(() => (open = false));
    watched.catch(() => undefined);
    const until = this.clock.monotonic() + withinMs;
    await this.clock.advance(0);
    while (open && this.clock.monotonic() < until) await this.clock.advance(20);
    if (open) throw new Error(`Not settled within ${withinMs} ms`);
    return watched;
  }

  core(id: number): FakeCoreState {
    return this.ollama.core(`http://core${id}`);
  }

  state(id: number): CoreState {
    return this.registry.get(id).state;
  }

  view(id: number): Core {
    return this.registry.get(id);
  }

  /** Milliseconds until `condition`, in steps of 10. */
  async timeUntil(condition: () => boolean, withinMs: number): Promise<number> {
    const begun = this.clock.monotonic();
    while (!condition()) {
      if (this.clock.monotonic() - begun > withinMs)
        throw new Error(`Not within ${withinMs} ms; the states were ${this.changes.join(', ')}`);
      await this.clock.advance(10);
    }
    return this.clock.monotonic() - begun;
  }

  /** An accepted question. */
  async question(overrides: Partial<NewQuestion> = {}): Promise<string> {
    const id = overrides.id ?? `q${++this.asked}`;
    const question: NewQuestion = {
      id,
      kind: 'question',
      roomId: 'room',
      lane: 'room',
      authorId: 'user',
      authorName: 'ann',
      text: 'Why?',
      at: this.clock.now(),
      ...overrides,
    };
    await this.journal.accept(question, { state: 'queued' });
    return id;
  }

  /** A question that is being answered: what was shown, and how it ends. */
  async answering(text = 'Why?'): Promise<Answering> {
    return this.answerTo(await this.question({ text }), text);
  }

  /** The same for one that is in the journal already, as after a restart. */
  async answerTo(id: string, text = 'Why?'): Promise<Answering> {
    const shown: string[] = [];
    const abort = new AbortController();
    const { deaths = 0 } = (await this.journal.find(id)) ?? {};
    const job = { messageId: id, messages: [{ role: 'user' as const, content: text }], deaths };
    const result = this.generation.generate(job, { text: (whole) => void shown.push(whole) }, abort.signal);
    result.catch(() => undefined);
    await this.clock.advance(0);
    return { id, shown, result, abort };
  }
}

export interface Answering {
  id: string;
  /** Every text that was shown, in order. */
  shown: string[];
  result: Promise<GenerationResult>;
  abort: AbortController;
}
