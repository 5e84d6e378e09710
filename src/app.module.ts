import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { CallerNames } from './access/caller-names';
import { AccessGuard } from './admin/access.guard';
import { ADMIN_MIGRATIONS } from './admin/admin.migrations';
import { ApiKeys } from './admin/api-keys.service';
import { EventStream } from './admin/event-stream';
import { EventsController } from './admin/events.controller';
import { HealthController } from './admin/health.controller';
import { KeysController } from './admin/keys.controller';
import { MessagesController } from './admin/messages.controller';
import { MetricsController } from './admin/metrics/metrics.controller';
import { Metrics } from './admin/metrics/metrics.service';
import { ProblemFilter } from './admin/problem.filter';
import { SharedFiles } from './admin/shared-files.service';
import { StatusCommands } from './admin/status.commands';
import { StatusController } from './admin/status.controller';
import { StatusService } from './admin/status.service';
import { APPROVALS_MIGRATIONS } from './approvals/approvals.migrations';
import { AdminRoomHost } from './chat-gateway/admin-room-host';
import { Admission } from './chat-gateway/admission';
import { AnswerPoster, PostingTools } from './chat-gateway/answer-poster';
import { ChatAlarm } from './chat-gateway/chat-alarm';
import { ChatGateway, GatewayWorkers } from './chat-gateway/chat-gateway.service';
import { ChatPresence } from './chat-gateway/chat-presence';
import { CommandRegistry } from './chat-gateway/command-registry';
import { CommandRunner } from './chat-gateway/command-runner';
import { ConversationCommands } from './chat-gateway/conversation.commands';
import { Housekeeping } from './chat-gateway/housekeeping.service';
import { IntakeService } from './chat-gateway/intake.service';
import { LanesService } from './chat-gateway/lanes.service';
import { IntakeJournals, MessageIntake } from './chat-gateway/message-intake';
import { NoticePoster } from './chat-gateway/notice-poster';
import { OwnRooms } from './chat-gateway/own-rooms';
import { PostService } from './chat-gateway/post.service';
import { QuestionWorker, WorkerContext } from './chat-gateway/question-worker';
import { Replies } from './chat-gateway/replies';
import { RightsService } from './chat-gateway/rights.service';
import { SendController } from './chat-gateway/send.controller';
import { SendService } from './chat-gateway/send.service';
import { CatalogueCommands } from './component-registry/catalogue/catalogue.commands';
import { CatalogueController } from './component-registry/catalogue/catalogue.controller';
import { CatalogueService } from './component-registry/catalogue/catalogue.service';
import { CATALOGUE_PARTS } from './component-registry/catalogue/catalogue-parts';
import { SeenVersions } from './component-registry/catalogue/seen-versions';
import { WebDocuments } from './component-registry/catalogue/web-documents';
import { InstalledComponents } from './component-registry/installed/installed-components';
import { COMPONENT_REGISTRY_MIGRATIONS } from './component-registry/component-registry.migrations';
import { Settings } from './config/settings';
import { ComponentContainers } from './containers/component-containers';
import { ComponentDoor } from './containers/component-door';
import { ComponentNetworks } from './containers/component-networks';
import { ContainerEngine } from './containers/container-engine';
import { ContainerImages } from './containers/container-images';
import { CoreContainers } from './containers/core-containers';
import { CONVERSATION_PARTS } from './conversation/conversation-parts';
import { SystemPrompt } from './conversation/system-prompt';
import { CoreHistory } from './core-registry/core-history';
import { CoreRegistry } from './core-registry/core-registry';
import { FurtherCores } from './core-registry/further-cores';
import { CORE_REGISTRY_MIGRATIONS } from './core-registry/core-registry.migrations';
import { PaceBaselines } from './core-registry/pace-baselines';
import { ModelProfile } from './core-registry/model-profile';
import { EventBus } from './events/event-bus';
import { AvailabilityReports } from './failover/availability-reports.service';
import { AvailabilityWatch } from './failover/availability-watch';
import { ClusterCommands } from './failover/cluster.commands';
import { ClusterControl } from './failover/cluster-control.service';
import { CoreMembership } from './failover/core-membership.service';
import { CoreDrill } from './failover/core-drill.service';
import { CoresController } from './failover/cores.controller';
import { EngineProvider } from './failover/engine-provider.service';
import { FailoverCommands } from './failover/failover.commands';
import { FailoverController } from './failover/failover.controller';
import { FAILOVER_MIGRATIONS } from './failover/failover.migrations';
import { FailoverNotices } from './failover/failover-notices';
import { ModelPuller } from './failover/model-puller.service';
import { OutsideStops } from './failover/outside-stops.service';
import { Promoter } from './failover/promoter';
import { ModelBringer } from './failover/repair/model-bringer';
import { RepairController } from './failover/repair/repair.controller';
import { RepairJournal } from './failover/repair/repair-journal';
import { RepairService, RepairTools } from './failover/repair/repair.service';
import { RepairPorts, RepairSteps } from './failover/repair/repair-steps';
import { ReportCommands } from './failover/report.commands';
import { ServiceJournal } from './failover/services/service-journal';
import { ChatServerWatch } from './failover/services/chat-server-watch';
import { ServiceKeeper } from './failover/services/service-keeper';
import { ServicesCommands } from './failover/services/services.commands';
import { ServicesController } from './failover/services/services.controller';
import { SwitchoverController } from './failover/switchover.controller';
import { AlertWatch } from './failover/alerts/alert-watch';
import { JournalRoom } from './failover/alerts/journal-room';
import { MemoryDeaths } from './failover/alerts/memory-deaths';
import { SwitchoverService } from './failover/switchover.service';
import { VoluntaryMoves, VoluntaryPorts } from './failover/voluntary-moves.service';
import { FailoverService } from './failover/failover.service';
import { AttemptRunner } from './generation/attempt-runner';
import { ContinuationVerifier } from './generation/continuation-verifier';
import { CoreDispatcher } from './generation/core-dispatcher';
import { GenerationService } from './generation/generation.service';
import { Suspects } from './generation/suspects';
import { CoreProbes } from './health-monitor/core-probes';
import { DriftGuard } from './health-monitor/drift-guard';
import { HealthMonitor } from './health-monitor/health-monitor.service';
import { PaceProbe } from './health-monitor/pace-probe';
import { PaceWatch } from './health-monitor/pace-watch';
import { TiltWatch } from './health-monitor/tilt-watch';
import { HealthMonitorPorts, WatchTools } from './health-monitor/watch-tools';
import { INSTALLATION_CONTROLLERS, INSTALLATION_PARTS } from './installation/installation-parts';
import { AnswerJournal } from './journal/answer-journal';
import { AttemptFigures } from './journal/attempt-figures';
import { JOURNAL_MIGRATIONS } from './journal/journal.migrations';
import { NoticeJournal } from './journal/notice-journal';
import { PostIdKey } from './journal/post-id';
import { QuestionJournal } from './journal/question-journal';
import { Watermarks } from './journal/watermarks';
import { ToolQuestion } from './ollama/tool-question';
import { OllamaApi } from './ollama/ollama-api';
import { ChatApi } from './rocket-chat/chat-api';
import { ChatRealtime } from './rocket-chat/chat-realtime';
import { LanguageOf } from './rooms/language-of';
import { AdminRoom } from './rooms/admin-room';
import { NoticeRoom } from './rooms/notice-room';
import { RoomRegistry } from './rooms/room-registry';
import { ROOMS_MIGRATIONS } from './rooms/rooms.migrations';
import { ReportLinks } from './sandbox/report-links';
import { SANDBOX_MIGRATIONS } from './sandbox/sandbox.migrations';
import { TrialJournal } from './sandbox/trial-journal';
import { TrialProgressStream } from './sandbox/trial-progress-stream';
import { TrialsCommands } from './sandbox/trials.commands';
import { TrialsController } from './sandbox/trials.controller';
import { SandboxModel } from './sandbox/sandbox-model';
import { TrialsService } from './sandbox/trials.service';
import { Clock } from './shared/clock';
import { CrashPoints } from './shared/crash-points';
import { Random } from './shared/random';
import { Store } from './storage/store';
import { TOOLS_CONTROLLERS, TOOLS_PARTS } from './tools/tools-parts';
import { TOOLS_MIGRATIONS } from './tools/tools.migrations';

/** Tables of every feature. */
export const MIGRATIONS = [
  ...CORE_REGISTRY_MIGRATIONS,
  ...COMPONENT_REGISTRY_MIGRATIONS,
  ...JOURNAL_MIGRATIONS,
  ...FAILOVER_MIGRATIONS,
  ...ROOMS_MIGRATIONS,
  ...ADMIN_MIGRATIONS,
  ...SANDBOX_MIGRATIONS,
  ...TOOLS_MIGRATIONS,
  ...APPROVALS_MIGRATIONS,
];

/** The world outside, made before the module: what differs between profiles, tests and simulations. */
export interface Foundations {
  settings: Settings;
  store: Store;
  clock: Clock;
  random: Random;
  engine: ContainerEngine;
  ollama: OllamaApi;
  chat: ChatApi;
  realtime: ChatRealtime;
  profile: ModelProfile;
  postIds: PostIdKey;
  prompt: SystemPrompt;
  crash: CrashPoints;
  /** Where catalogues are got from. */
  web: WebDocuments;
  /** Asked for nothing before somebody tries a component. */
  components: ComponentContainers;
  /** Absent where there is no engine that could have any. */
  networks?: ComponentNetworks;
  door?: ComponentDoor;
  images: ContainerImages;
  /** Of cores that come as components. */
  coreContainers: CoreContainers;
}

const REGISTRIES: Provider[] = [
  EventBus,
  CoreRegistry,
  CoreHistory,
  FurtherCores,
  PaceBaselines,
  QuestionJournal,
  AnswerJournal,
  AttemptFigures,
  NoticeJournal,
  Watermarks,
  RoomRegistry,
  LanguageOf,
  NoticeRoom,
  AdminRoom,
  CallerNames,
];
const WORKERS: Provider[] = [
  TiltWatch,
  CoreProbes,
  PaceProbe,
  DriftGuard,
  HealthMonitorPorts,
  WatchTools,
  HealthMonitor,
  PaceWatch,
  CoreDispatcher,
  AttemptRunner,
  ContinuationVerifier,
  Suspects,
  GenerationService,
  FailoverNotices,
  Promoter,
  FailoverService,
  SwitchoverService,
  VoluntaryPorts,
  VoluntaryMoves,
  ClusterControl,
  FailoverCommands,
  ClusterCommands,
  AvailabilityWatch,
  AvailabilityReports,
  ReportCommands,
  ModelPuller,
  OutsideStops,
  ServiceJournal,
  ServiceKeeper,
  ChatServerWatch,
  ServicesCommands,
  JournalRoom,
  AlertWatch,
  MemoryDeaths,
  EngineProvider,
  CoreDrill,
  ModelBringer,
  CoreMembership,
  RepairJournal,
  RepairPorts,
  RepairSteps,
  RepairTools,
  RepairService,
];
const COMPONENTS: Provider[] = [
  ...CATALOGUE_PARTS,
  SeenVersions,
  CatalogueService,
  CatalogueCommands,
  InstalledComponents,
  ...TOOLS_PARTS,
  TrialJournal,
  ReportLinks,
  ToolQuestion,
  SandboxModel,
  TrialsService,
  TrialProgressStream,
  TrialsCommands,
  ...INSTALLATION_PARTS,
];
const GATEWAY: Provider[] = [
  Admission,
  ChatAlarm,
  PostService,
  PostingTools,
  AnswerPoster,
  NoticePoster,
  Replies,
  ChatPresence,
  RightsService,
  CommandRegistry,
  CommandRunner,
  ConversationCommands,
  WorkerContext,
  QuestionWorker,
  LanesService,
  IntakeJournals,
  MessageIntake,
  IntakeService,
  AdminRoomHost,
  OwnRooms,
  GatewayWorkers,
  ChatGateway,
  Housekeeping,
  SendService,
];
const ADMIN: Provider[] = [
  ApiKeys,
  AccessGuard,
  StatusService,
  Metrics,
  StatusCommands,
  EventStream,
  SharedFiles,
  { provide: APP_GUARD, useExisting: AccessGuard },
  { provide: APP_FILTER, useClass: ProblemFilter },
];

/** Everything put together; the only file that names every feature. */
@Module({})
export class AppModule {
  static on(foundations: Foundations): DynamicModule {
    const ground: Provider[] = [
      { provide: Settings, useValue: foundations.settings },
      { provide: Store, useValue: foundations.store },
      { provide: Clock, useValue: foundations.clock },
      { provide: Random, useValue: foundations.random },
      { provide: ContainerEngine, useValue: foundations.engine },
      { provide: OllamaApi, useValue: foundations.ollama },
      { provide: ChatApi, useValue: foundations.chat },
      { provide: ChatRealtime, useValue: foundations.realtime },
      { provide: ModelProfile, useValue: foundations.profile },
      { provide: PostIdKey, useValue: foundations.postIds },
      { provide: SystemPrompt, useValue: foundations.prompt },
      { provide: CrashPoints, useValue: foundations.crash },
      { provide: WebDocuments, useValue: foundations.web },
      { provide: ComponentContainers, useValue: foundations.components },
      { provide: ComponentNetworks, useValue: foundations.networks },
      { provide: ComponentDoor, useValue: foundations.door },
      { provide: ContainerImages, useValue: foundations.images },
      { provide: CoreContainers, useValue: foundations.coreContainers },
    ];
    return {
      module: AppModule,
      imports: [DiscoveryModule],
      controllers: [
        StatusController,
        HealthController,
        MetricsController,
        MessagesController,
        KeysController,
        FailoverController,
        SwitchoverController,
        CoresController,
        RepairController,
        ServicesController,
        CatalogueController,
        TrialsController,
        ...TOOLS_CONTROLLERS,
        ...INSTALLATION_CONTROLLERS,
        SendController,
        EventsController,
      ],
      providers: [
        ...ground,
        ...REGISTRIES,
        ...WORKERS,
        ...COMPONENTS,
        ...CONVERSATION_PARTS,
        ...GATEWAY,
        ...ADMIN,
      ],
    };
  }
}
