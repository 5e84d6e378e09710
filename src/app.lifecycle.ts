import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiKeys } from './admin/api-keys.service';
import { SharedFiles } from './admin/shared-files.service';
import type { Prepared } from './app.setup';
import { ChatGateway } from './chat-gateway/chat-gateway.service';
import { Housekeeping } from './chat-gateway/housekeeping.service';
import { CatalogueService } from './component-registry/catalogue/catalogue.service';
import { CoreHistory } from './core-registry/core-history';
import { CoreRegistry } from './core-registry/core-registry';
import { EventBus } from './events/event-bus';
import { AlertWatch } from './failover/alerts/alert-watch';
import { MemoryDeaths } from './failover/alerts/memory-deaths';
import { AvailabilityWatch } from './failover/availability-watch';
import { CoreMembership } from './failover/core-membership.service';
import { EngineProvider } from './failover/engine-provider.service';
import { ModelPuller } from './failover/model-puller.service';
import { OutsideStops } from './failover/outside-stops.service';
import { RepairService } from './failover/repair/repair.service';
import { ChatServerWatch } from './failover/services/chat-server-watch';
import { ServiceKeeper } from './failover/services/service-keeper';
import { SwitchoverService } from './failover/switchover.service';
import { VoluntaryMoves } from './failover/voluntary-moves.service';
import { FailoverService } from './failover/failover.service';
import { ContinuationVerifier } from './generation/continuation-verifier';
import { HealthMonitor } from './health-monitor/health-monitor.service';
import { PaceWatch } from './health-monitor/pace-watch';
import { ImageRetention } from './installation/image-retention';
import { InstallationService } from './installation/installation.service';
import { QuestionJournal } from './journal/question-journal';
import { TrialsService } from './sandbox/trials.service';
import { ComponentPool } from './tools/component-pool';
import { EgressDenials } from './tools/egress-denials';
import { KeptData } from './tools/kept-data';
import { InstalledServices } from './tools/services/installed-services';
import { ToolUsage } from './tools/tool-usage';

const STOP_WITHIN_MS = 28_000;
const ANSWERS_FINISH_MS = 20_000;
/** Questions that only wait for a core gain nothing from our waiting as well. */
const IDLE_MS = 1_000;
/** A chat server that answers makes the account in less. */
const ACCOUNT_MS = 5_000;

/** Starts the parts in their order and stops them in the reverse one. */
export class Lifecycle {
  private readonly logger = new Logger('Rdzen');
  private stopping?: Promise<void>;

  constructor(
    private readonly app: NestFastifyApplication,
    private readonly prepared: Prepared,
  ) {}

  /** @returns the address the API listens on. */
  async start(): Promise<string> {
    const { app, prepared } = this;
    const { settings, crash } = prepared.foundations;
    prepared.accountMaker?.start();
    const bus = app.get(EventBus);
    bus.on('generation.attempt-started', () => crash.reach('attempt-begun'));
    bus.on('core.promoted', () => crash.reach('core-promoted'));
    await app.get(ApiKeys).ensureFirstKey();
    const further = await app.get(CoreMembership).definitions();
    await app.get(CoreRegistry).open([...prepared.cores.definitions, ...further], prepared.preferredCore);
    const again = await app.get(QuestionJournal).resetInterrupted();
    if (again > 0)
      this.logger.log(`${again} questions were interrupted by the last stop; they are taken up again`);
    app.get(ContinuationVerifier).start();
    app.get(CoreHistory).start();
    app.get(AvailabilityWatch).start();
    await app.get(FailoverService).start();
    if (prepared.engineProblem) app.get(CoreRegistry).preparation.problem = prepared.engineProblem;
    // Before any core is judged: one that waits for its model is not taken for one that could answer.
    if (prepared.engineSource) app.get(EngineProvider).start(prepared.engineSource);
    await app.get(HealthMonitor).start();
    await app.get(CoreMembership).start();
    await app.get(OutsideStops).start();
    app.get(RepairService).start();
    app.get(ServiceKeeper).start();
    app.get(ChatServerWatch).accountProblem = () => prepared.accountMaker?.problem?.code;
    app.get(ChatServerWatch).start();
    app.get(MemoryDeaths).start();
    app.get(AlertWatch).start();
    await app.get(PaceWatch).start();
    app.get(VoluntaryMoves).start();
    app.get(CatalogueService).start();
    await app.get(TrialsService).start();
    await app.get(InstallationService).start();
    app.get(ImageRetention).start();
    await app.get(SharedFiles).start();
    app.get(ComponentPool).start();
    await app.get(KeptData).start();
    await prepared.accountMaker?.triedWithin(ACCOUNT_MS);
    app.get(ChatGateway).start(prepared.knownHere);
    app.get(Housekeeping).start();
    if (prepared.cores.lacking.length > 0) app.get(ModelPuller).start(prepared.cores.lacking);
    await app.listen(settings.RDZEN_PORT, settings.RDZEN_BIND);
    return (await app.getUrl()).replace('[::1]', '127.0.0.1');
  }

  /** Lets running answers finish, then ends everything that was started; never takes longer than half a minute. */
  stop(): Promise<void> {
    this.stopping ??= this.wind();
    return this.stopping;
  }

  private async wind(): Promise<void> {
    const { app, prepared } = this;
    const { clock, engine, store } = prepared.foundations;
    app.get(EventBus).emit('process.stopping', { at: clock.now() });
    const orderly = (async () => {
      const answering = app
        .get(CoreRegistry)
        .all()
        .some(({ inFlight }) => inFlight > 0);
      await app.get(ChatGateway).stop(answering ? ANSWERS_FINISH_MS : IDLE_MS);
      await app.get(Housekeeping).stop();
      await prepared.accountMaker?.stop();
      await app.get(ModelPuller).stop();
      await app.get(EngineProvider).stop();
      await app.get(ContinuationVerifier).stop();
      await app.get(RepairService).stop();
      app.get(OutsideStops).stop();
      await app.get(ServiceKeeper).stop();
      await app.get(ChatServerWatch).stop();
      app.get(MemoryDeaths).stop();
      await app.get(AlertWatch).stop();
      await app.get(VoluntaryMoves).stop();
      await app.get(CoreMembership).stop();
      await app.get(SwitchoverService).stop();
      await app.get(FailoverService).stop();
      await app.get(PaceWatch).stop();
      await app.get(HealthMonitor).stop();
      app.get(AvailabilityWatch).stop();
      await app.get(CoreHistory).stop();
      await app.get(ImageRetention).stop();
      await app.get(InstallationService).stop();
      await app.get(ComponentPool).stop();
      await app.get(InstalledServices).stop();
      await app.get(KeptData).stop();
      await app.get(ToolUsage).stop();
      await app.get(EgressDenials).stop();
      await app.get(TrialsService).stop();
      await app.get(CatalogueService).stop();
      await app.get(SharedFiles).stop();
      await app.close();
    })().catch((error: unknown) => this.logger.error(`Stopping failed in part: ${String(error)}`));
    const patience = new AbortController();
    await Promise.race([
      orderly.finally(() => patience.abort()),
      clock.sleep(STOP_WITHIN_MS, patience.signal).catch(() => undefined),
    ]);
    await engine.close();
    await store.close();
  }
}
