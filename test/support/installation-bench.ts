import { CallerNames } from '../../src/access/caller-names';
import { ApprovalJournal } from '../../src/approvals/approval-journal';
import type { CatalogueService } from '../../src/component-registry/catalogue/catalogue.service';
import { ComponentJournal } from '../../src/component-registry/installed/component-journal';
import { InstalledComponents } from '../../src/component-registry/installed/installed-components';
import { blockOf, type Manifest } from '../../src/component-registry/manifest/manifest';
import { Settings } from '../../src/config/settings';
import type { ContainerImages, ImageInfo } from '../../src/containers/container-images';
import { EventBus } from '../../src/events/event-bus';
import { ComponentBringer } from '../../src/installation/component-bringer';
import { ComponentData } from '../../src/installation/component-data';
import { ComponentLife } from '../../src/installation/component-life';
import { EarlierLocks } from '../../src/installation/earlier-locks';
import { ImageRetention } from '../../src/installation/image-retention';
import { InstallCandidates } from '../../src/installation/install-candidates';
import { InstallationRequests } from '../../src/installation/installation-requests';
import { InstallationService } from '../../src/installation/installation.service';
import { CoreConduct } from '../../src/installation/kinds/core-conduct';
import { KindConducts } from '../../src/installation/kinds/kind-conducts';
import { KindFollowUp } from '../../src/installation/kinds/kind-follow-up';
import { McpToolConduct } from '../../src/installation/kinds/mcp-tool-conduct';
import { ServiceConduct } from '../../src/installation/kinds/service-conduct';
import { NoticeJournal } from '../../src/journal/notice-journal';
import { PostIdKey } from '../../src/journal/post-id';
import { AdminRoom } from '../../src/rooms/admin-room';
import { LanguageOf } from '../../src/rooms/language-of';
import { policyHash } from '../../src/sandbox/trial';
import { ReportLinks } from '../../src/sandbox/report-links';
import type { TrialReport } from '../../src/sandbox/trial-report';
import type { TrialsService } from '../../src/sandbox/trials.service';
import { CrashPoints } from '../../src/shared/crash-points';
import { RdzenError } from '../../src/shared/rdzen-error';
import { SystemRandom } from '../../src/shared/system-random';
import { type Migration, type SqlValue, Store, type Transaction } from '../../src/storage/store';
import { descriptionHash, schemaHash } from '../../src/mcp/tool-hash';
import { ComponentConfig } from '../../src/tools/component-config';
import { ComponentPool } from '../../src/tools/component-pool';
import { PoolTimes } from '../../src/tools/pool-times';
import { ComponentRuntime } from '../../src/tools/component-runtime';
import { InstalledServices } from '../../src/tools/services/installed-services';
import { UsedServices } from '../../src/tools/services/used-services';
import type { FakeComponentContainers } from './fakes/fake-component-containers';
import { FakeServiceRuntime } from './fakes/fake-service-runtime';
import type { VirtualClock } from './virtual-clock';

/** Lets nothing through any more once its process is dead. */
class MortalStore extends Store {
  dead = false;

  constructor(private readonly store: Store) {
    super();
  }

  all = <T>(sql: string, ...values: SqlValue[]): Promise<T[]> =>
    this.living(() => this.store.all<T>(sql, ...values));
  get = <T>(sql: string, ...values: SqlValue[]): Promise<T | undefined> =>
    this.living(() => this.store.get<T>(sql, ...values));
  run = (sql: string, ...values: SqlValue[]): Promise<number> =>
    this.living(() => this.store.run(sql, ...values));
  transaction = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> =>
    this.living(() => this.store.transaction(work));
  migrate = (all: readonly Migration[]): Promise<void> => this.store.migrate(all);
  close = (): Promise<void> => Promise.resolve();

  private living<T>(work: () => Promise<T>): Promise<T> {
    return this.dead ? Promise.reject(new Error('dead')) : work();
  }
}

/** Dies the first time it comes to a place: nothing is written any more from there on. */
class Death extends CrashPoints {
  constructor(
    private readonly at: string,
    private readonly die: () => void,
  ) {
    super();
  }

  override reach(name: string): void {
    if (name !== this.at) return;
    this.die();
    throw new Error(`died at ${name}`);
  }
}

/** What the catalogue has, and what was tried; shared by all lives of the process. */
export class World {
  manifests: Manifest[] = [];
  reports: TrialReport[] = [];
  /** Engine: what goes wrong with the next pulls. */
  pullProblems: Error[] = [];
  pulls: string[] = [];
  /** Images by digest. */
  readonly onEngine = new Set<string>();
  /** Those a container is made of. */
  readonly inUse = new Set<string>();

  readonly catalogue = {
    opened: () => Promise.resolve(),
    get: (name: string, version?: string) => {
      const manifest = this.manifests.find(
        (one) => one.name.endsWith(name) && (version === undefined || one.version === version),
      );
      if (!manifest) throw new RdzenError('COMPONENT_NOT_FOUND', `No component "${name}".`);
      return { manifest, source: 'tests', signed: true };
    },
    runnable: ({ manifest }: { manifest: Manifest }) => Promise.resolve(manifest),
    packHint: () => undefined,
  } as unknown as CatalogueService;

  readonly trials = {
    latest: (_: number, name: string) =>
      Promise.resolve(
        this.reports
          .filter(({ component }) => component === name)
          .map(({ trialId: id, version, verdict }) => ({ id, version, verdict })),
      ),
    report: (id: string) => Promise.resolve(this.reports.find(({ trialId }) => trialId === id)),
  } as unknown as TrialsService;

  readonly images = {
    inspect: (reference: string) =>
      Promise.resolve(this.onEngine.has(reference) ? infoOf(reference) : undefined),
    remove: (reference: string) => {
      if (this.inUse.has(reference))
        return Promise.reject(new RdzenError('ENGINE_REFUSED', `${reference} is in use.`));
      this.onEngine.delete(reference);
      return Promise.resolve();
    },
    pull: (reference: string) => {
      this.pulls.push(reference);
      const problem = this.pullProblems.shift();
      if (problem) return Promise.reject(problem);
      this.onEngine.add(reference);
      return Promise.resolve(infoOf(reference));
    },
  } as unknown as ContainerImages;

  /** As a trial would have left it; `live`: what its server says of itself. */
  tried(
    manifest: Manifest,
    live: readonly { name: string; description?: string; inputSchema: unknown }[],
    more: Partial<TrialReport> = {},
  ): TrialReport {
    const rights = blockOf(manifest).tools ?? [];
    const report = {
      ...{
        schema: 1,
        trialId: `trial${this.reports.length + 1}`,
        component: manifest.name,
        version: manifest.version,
      },
      ...{ verdict: 'pass', rating: { value: 7, reasons: [] }, policyHash: policyHash(manifest) },
      tools: live.map(({ name, description = '', inputSchema }) => ({
        ...{ name, descriptionHash: descriptionHash(description), schemaHash: schemaHash(inputSchema) },
        effect: rights.find((right) => right.name === name)?.effect ?? 'read',
      })),
      ...more,
    } as TrialReport;
    this.reports.unshift(report);
    return report;
  }
}

function infoOf(reference: string): ImageInfo {
  return { id: 'sha256:image', references: [], digests: [reference], labels: {}, bytes: 1 };
}

/** One life of the process. */
export class InstallationBench {
  readonly bus = new EventBus();
  readonly names = new CallerNames();
  readonly installed = new InstalledComponents();
  readonly adminRoom = new AdminRoom();
  readonly journal: ComponentJournal;
  readonly approvals: ApprovalJournal;
  readonly service: InstallationService;
  readonly config: ComponentConfig;
  readonly pool: ComponentPool;
  readonly retention: ImageRetention;
  readonly runtime = new FakeServiceRuntime();
  readonly services: InstalledServices;
  private readonly store: MortalStore;

  constructor(
    disk: Store,
    world: World,
    containers: FakeComponentContainers,
    clock: VirtualClock,
    diesAt?: string,
  ) {
    const store = (this.store = new MortalStore(disk));
    const random = new SystemRandom();
    const crash = diesAt === undefined ? new CrashPoints() : new Death(diesAt, () => (store.dead = true));
    const settings = new Settings();
    const notices = new NoticeJournal(store, this.bus, clock, new PostIdKey(Buffer.alloc(32, 1)));
    const languages = new LanguageOf(store, settings);
    this.journal = new ComponentJournal(store);
    this.approvals = new ApprovalJournal(store, clock, random, this.names);
    const life = new ComponentLife(
      store,
      this.journal,
      this.installed,
      notices,
      languages,
      this.bus,
      clock,
      crash,
      this.names,
    );
    const key = new PostIdKey(Buffer.alloc(32, 1));
    const config = (this.config = new ComponentConfig(
      store,
      this.installed,
      world.catalogue,
      clock,
      random,
      key,
    ));
    containers.others.push(() => this.runtime.open.map(({ labels }) => labels));
    containers.volumes.used.push(() => this.runtime.open.map(({ volume }) => volume));
    const services = (this.services = new InstalledServices(
      ...([this.runtime.port, containers, this.installed, config, this.bus, clock] as const),
    ));
    const used = new UsedServices(services, this.installed, clock);
    const requests = new InstallationRequests(
      new InstallCandidates(world.catalogue, world.trials),
      this.approvals,
      this.installed,
      this.journal,
      life,
      notices,
      new ReportLinks(settings),
      this.adminRoom,
      languages,
      used,
      store,
      clock,
      random,
      crash,
      this.names,
    );
    const bringer = new ComponentBringer(
      world.images,
      new ComponentRuntime(containers, clock, random),
      containers,
      crash,
    );
    const pool = (this.pool = new ComponentPool(
      ...([new ComponentRuntime(containers, clock, random), containers, this.installed] as const),
      ...([config, this.bus, clock, new PoolTimes(), undefined, services, used] as const),
    ));
    const conducts = new KindConducts(
      new McpToolConduct(bringer, this.journal),
      new ServiceConduct(world.images, this.runtime.port, services, containers, crash),
      // No cores here: `core-conduct.spec.ts` has them.
      new CoreConduct(
        ...([world.images, this.runtime.port, containers] as const),
        ...([undefined as never, undefined as never, clock, crash] as const),
      ),
    );
    this.service = new InstallationService(
      requests,
      conducts,
      new KindFollowUp(conducts, this.installed, this.bus, clock),
      life,
      new ComponentData(containers, config, pool, clock),
      new EarlierLocks(this.journal, world.images),
      this.journal,
      this.installed,
      this.bus,
      clock,
      this.names,
    );
    this.retention = new ImageRetention(this.journal, this.installed, world.images, this.bus, clock);
  }

  get died(): boolean {
    return this.store.dead;
  }
}
