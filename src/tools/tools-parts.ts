import type { Provider, Type } from '@nestjs/common';
import { ArgumentJudge, WorkerArgumentJudge } from './argument-judge';
import { ComponentCalls } from './component-calls';
import { ComponentConfig } from './component-config';
import { ComponentConfigCommands } from './component-config.commands';
import { ComponentConfigController } from './component-config.controller';
import { ComponentPool } from './component-pool';
import { ComponentRuntime } from './component-runtime';
import { ComponentWarnings } from './component-warnings';
import { EgressDenials } from './egress-denials';
import { KeptData } from './kept-data';
import { PoolTimes } from './pool-times';
import { SealedArguments } from './sealed-arguments';
import { ToolApprovals } from './tool-approvals';
import { ToolCallJournal } from './tool-call-journal';
import { CallPorts, ToolCaller } from './tool-caller';
import { ToolUsage } from './tool-usage';
import { HealthProbe } from '../containers/health-probe';
import { SocketHealthProbe } from '../containers/socket-health-probe';
import { Clock } from '../shared/clock';
import { InstalledServices } from './services/installed-services';
import { ServiceRuntime } from './services/service-runtime';
import { UsedServices } from './services/used-services';

export const TOOLS_PARTS: Provider[] = [
  ComponentRuntime,
  PoolTimes,
  ComponentConfig,
  SealedArguments,
  ComponentConfigCommands,
  { provide: HealthProbe, useFactory: (clock: Clock) => new SocketHealthProbe(clock), inject: [Clock] },
  ServiceRuntime,
  InstalledServices,
  UsedServices,
  KeptData,
  ComponentPool,
  { provide: ComponentCalls, useExisting: ComponentPool },
  ComponentWarnings,
  ToolUsage,
  EgressDenials,
  { provide: ArgumentJudge, useClass: WorkerArgumentJudge },
  ToolCallJournal,
  ToolApprovals,
  CallPorts,
  ToolCaller,
];
export const TOOLS_CONTROLLERS: Type[] = [ComponentConfigController];
